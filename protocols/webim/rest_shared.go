package webim

import (
	"encoding/json"
	"strings"

	"dragoman/bridge/chat"
	"dragoman/mapping/webimmap"
)

// sharedRoutes are the files that a group or room shares [webim 12.4].
func sharedRoutes() map[string]route {
	table := map[string]route{}
	for _, k := range []string{"chatgroups", "chatrooms"} {
		at := "/" + k + "/{id}/share_files"
		table["POST "+at] = route{signedIn, (*call).shareFile}
		table["GET "+at] = route{signedIn, (*call).sharedFiles}
		table["GET "+at+"/{file}"] = route{signedIn, (*call).sharedFile}
		table["DELETE "+at+"/{file}"] = route{signedIn, (*call).unshareFile}
	}
	return table
}

// shared is what is kept of a shared file beside its bytes.
type shared struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	Created int64  `json:"created"` // ms
}

// memberHere refuses who is neither in the group or room nor manages it.
func (c *call) memberHere(conv chat.Conv) (chat.Member, error) {
	if c.server {
		return chat.Member{Role: chat.RoleOwner}, nil
	}
	me, err := c.Store.Member(c.ctx, conv, c.me)
	if err != nil {
		return me, err
	}
	inside := false
	for _, room := range c.Router.Entered(c.me) {
		inside = inside || room == conv
	}
	if !me.Role.IsMember() && !inside {
		return me, chat.RefuseFor(chat.NotMember, "you are not in this group or room")
	}
	return me, nil
}

// submitHidden changes the list of shared files, which no client may by itself.
func (c *call) submitHidden(conv chat.Conv, b chat.Attributes) error {
	a := c.actor()
	a.Source = chat.Server
	_, err := c.Router.Submit(c.ctx, a, chat.Draft{Conv: conv, Body: b})
	return err
}

func (c *call) shareFile() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.memberHere(conv); err != nil {
		return reply{}, err
	}
	file, err := c.receive(c.me)
	if err != nil {
		return reply{}, err
	}
	kept := shared{file.Name, file.Size, c.Now().UnixMilli()}
	text, err := json.Marshal(kept)
	if err != nil {
		return reply{}, err
	}
	if err := c.submitHidden(conv, chat.Attributes{Set: map[string]string{webimmap.SharedKey(file.ID): string(text)}, Force: true}); err != nil {
		return reply{}, err
	}
	path := c.frontend.base(c.r) + "/" + c.org + "/" + c.app + c.path() + "/" + file.ID
	return reply{Data: map[string]any{
		"file_url": path, "group_id": c.named["id"], "file_name": file.Name, "created": kept.Created, "file_id": file.ID, "file_size": file.Size,
	}}, nil
}

func (c *call) sharedFiles() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.memberHere(conv); err != nil {
		return reply{}, err
	}
	all, err := c.Store.HiddenAttributes(c.ctx, conv, webimmap.SharedFiles)
	if err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, a := range page(all, c.number("pagenum", 1, 1, 1<<20), c.number("pagesize", 1000, 1, 1000), 1) {
		var kept shared
		if err := json.Unmarshal([]byte(a.Value), &kept); err != nil {
			return reply{}, err
		}
		rows = append(rows, map[string]any{
			"file_id": strings.TrimPrefix(a.Key, webimmap.SharedKey("")), "file_name": kept.Name, "file_owner": c.name(a.By), "file_size": kept.Size, "created": kept.Created,
		})
	}
	return reply{Data: rows, Count: new(len(rows))}, nil
}

// findShared refuses a file that is not shared here, and says whose it is.
func (c *call) findShared(conv chat.Conv) (owner chat.UserID, err error) {
	all, err := c.Store.HiddenAttributes(c.ctx, conv, webimmap.SharedFiles)
	if err != nil {
		return "", err
	}
	for _, a := range all {
		if a.Key == webimmap.SharedKey(c.named["file"]) {
			return a.By, nil
		}
	}
	return "", &restError{status: 404, word: "resource_not_found", text: "the shared file does not exist"}
}

func (c *call) sharedFile() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	if _, err := c.memberHere(conv); err != nil {
		return reply{}, err
	}
	if _, err := c.findShared(conv); err != nil {
		return reply{}, err
	}
	err = c.serveFile(c.named["file"])
	return reply{Written: err == nil}, err
}

func (c *call) unshareFile() (reply, error) {
	conv, err := c.target()
	if err != nil {
		return reply{}, err
	}
	me, err := c.memberHere(conv)
	if err != nil {
		return reply{}, err
	}
	owner, err := c.findShared(conv)
	if err != nil {
		return reply{}, err
	}
	if owner != c.me && !me.Role.IsManager() {
		return reply{}, chat.RefuseFor(chat.NoRight, "only who shared it or a manager may")
	}
	done := map[string]any{"group_id": c.named["id"], "file_id": c.named["file"], "result": true}
	return reply{Data: done}, c.submitHidden(conv, chat.Attributes{Deleted: []string{webimmap.SharedKey(c.named["file"])}, Force: true})
}
