package webimwire

// The two domains that addresses have on the wire, whatever host serves them.
const (
	UserDomain  = "easemob.com"
	GroupDomain = "conference.easemob.com" // groups and chat rooms alike
)

// UserJID addresses a user, or one device of his if resource is not empty.
func UserJID(appKey, name, resource string) *JID {
	j := &JID{AppKey: &appKey, Name: &name, Domain: new(UserDomain)}
	if resource != "" {
		j.ClientResource = &resource
	}
	return j
}

// GroupJID addresses a group or a chat room; the address does not tell which.
func GroupJID(appKey, id string) *JID {
	return &JID{AppKey: &appKey, Name: &id, Domain: new(GroupDomain)}
}

// EncodeJID writes an address alone, as Batch takes it.
func EncodeJID(j *JID) []byte {
	b, err := marshal(j)
	if err != nil { // proto2 strings are written as they are: there is nothing to fail
		return []byte{}
	}
	return b
}
