package xmpp

func archiveFeatures() []string    { return nil }
func moderationFeatures() []string { return nil }
