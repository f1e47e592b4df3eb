package zimmap

import (
	"github.com/go-json-experiment/json"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// What a user sets of himself that only ZIM knows.
const (
	SettingPushRule chat.SettingKey = "zim.push_rule" // ValueJSON: a UserOfflinePushRule
	SettingBadge    chat.SettingKey = "zim.badge"     // ValueInt64
)

// UserRule reads the rules that a user has set.
func UserRule(v chat.Value) zimwire.UserRule {
	var rule zimwire.UserRule
	if v.Kind == chat.ValueJSON && json.Unmarshal([]byte(v.Text), &rule.OfflinePushRule) != nil {
		return zimwire.UserRule{}
	}
	return rule
}

// PushRule writes a rule as a setting.
func PushRule(rule zimwire.UserOfflinePushRule) (chat.Value, error) {
	text, err := json.Marshal(rule)
	if err != nil {
		return chat.Value{}, chat.Refuse(chat.Invalid, "not a rule")
	}
	return chat.JSON(string(text)), nil
}
