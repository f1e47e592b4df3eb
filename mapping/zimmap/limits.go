package zimmap

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"dragoman/bridge/chat"
	"dragoman/protocols/zim/zimwire"
)

// What ZIM allows in one message, in bytes unless said otherwise [zim limits].
const (
	maxText         = 32 << 10
	maxCommand      = 5 << 10
	maxBarrage      = 5 << 10
	maxMulti        = 32 << 10
	maxExtended     = 1 << 10
	maxSearched     = 64
	maxSubType      = 200 // the highest sub type
	maxMentions     = 50  // users
	maxItems        = 20  // of a multi-item message
	maxMediaItems   = 10
	maxTitle        = 20
	maxSummary      = 100
	maxRevokeData   = 200
	maxReaction     = 32
	maxReceipts     = 10  // messages
	maxAudio        = 300 // seconds
	maxImageSize    = 10 << 20
	maxAudioSize    = 6 << 20
	maxFileSize     = 100 << 20
	maxFileName     = 150
	maxPushResource = 32
)

func tooLong(what string) error {
	return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, what+" is too long")
}

// checkMessage refuses what ZIM's limits forbid of a message that a client sends to a conversation of that kind.
func checkMessage(w zimwire.Message, kind chat.ConvKind) error {
	switch {
	case len(w.ExtendedData) > maxExtended:
		return tooLong("the extended data")
	case len(w.MentionedUserIDs) > maxMentions:
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "more than 50 users are mentioned")
	case w.Type == zimwire.MessageTypeBarrage && kind != chat.KindRoom:
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a barrage goes to a room")
	case w.Type == zimwire.MessageTypeCommand && decodedLen(w.Message) > maxCommand:
		return tooLong("the command")
	case w.Type == zimwire.MessageTypeBarrage && len(w.Message) > maxBarrage:
		return tooLong("the barrage")
	case w.Type == zimwire.MessageTypeCombine && (len(w.Title) > maxTitle || len(w.Summary) > maxSummary):
		return tooLong("the title or summary")
	case w.Type == zimwire.MessageTypeMultiple:
		return checkItems(w.MessageInfoList)
	}
	return checkItem(liteIn(w))
}

// decodedLen is how many bytes a text of base64 holds.
func decodedLen(text string) int {
	return base64.StdEncoding.DecodedLen(len(text)) - strings.Count(text[max(0, len(text)-2):], "=")
}

func checkItems(items []zimwire.MessageLiteInfo) error {
	if len(items) == 0 || len(items) > maxItems {
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a message of several items has 1 to 20 of them")
	}
	text, media := 0, 0
	for _, item := range items {
		switch item.Type {
		case zimwire.MessageTypeText, zimwire.MessageTypeCustom:
			text += len(item.Message)
		case zimwire.MessageTypeImage, zimwire.MessageTypeFile, zimwire.MessageTypeAudio, zimwire.MessageTypeVideo:
			media++
		default:
			return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "such an item cannot stand among several")
		}
		if err := checkItem(item); err != nil {
			return err
		}
	}
	if media > maxMediaItems {
		return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a message has at most 10 media items")
	}
	if text > maxMulti {
		return tooLong("the message")
	}
	return nil
}

func checkItem(w zimwire.MessageLiteInfo) error {
	switch w.Type {
	case zimwire.MessageTypeText:
		if len(w.Message) > maxText {
			return tooLong("the text")
		}
	case zimwire.MessageTypeCustom:
		switch {
		case len(w.Message) > maxText:
			return tooLong("the message")
		case len(w.SearchedContent) > maxSearched:
			return tooLong("what the message is searched by")
		case w.SubType < 0 || w.SubType > maxSubType:
			return zimwire.Refuse(zimwire.CommonModuleParamsInvalid, "a sub type is a number from 0 to 200")
		}
	case zimwire.MessageTypeImage:
		return checkFile(w, maxImageSize)
	case zimwire.MessageTypeAudio:
		if w.AudioDuration > maxAudio || w.AudioDuration < 0 {
			return zimwire.Refuse(zimwire.MessageModuleFileDurationInvalid, "an audio lasts up to 300 seconds")
		}
		return checkFile(w, maxAudioSize)
	case zimwire.MessageTypeFile, zimwire.MessageTypeVideo:
		return checkFile(w, maxFileSize)
	}
	return nil
}

func checkFile(w zimwire.MessageLiteInfo, limit int64) error {
	if w.FileSize > limit || w.FileSize < 0 {
		return zimwire.Refuse(zimwire.MessageModuleFileSizeInvalid, "the file is too large for its kind of message")
	}
	if !utf8.ValidString(w.FileName) {
		return chat.Refuse(chat.Invalid, "the file's name is not UTF-8")
	}
	return nil
}

// FileLimit returns how large a file in a message of that type may be; 0: such a message has none.
func FileLimit(t zimwire.MessageType) int64 {
	switch t {
	case zimwire.MessageTypeImage:
		return maxImageSize
	case zimwire.MessageTypeAudio:
		return maxAudioSize
	case zimwire.MessageTypeFile, zimwire.MessageTypeVideo:
		return maxFileSize
	}
	return 0
}
