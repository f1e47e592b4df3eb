package zimwire

import (
	"net/url"
	"slices"
	"testing"
)

func TestCommonParametersAreRefusedInOrder(t *testing.T) {
	full := url.Values{
		"Action": {"SendPeerMessage"}, "AppId": {"1"}, "SignatureNonce": {"4fd24687296dd9f3"},
		"Timestamp": {"1615186943"}, "Signature": {"x"}, "SignatureVersion": {"2.0"},
	}
	cases := []struct {
		name, value string
		want        ReturnCode
	}{
		{"AppId", "", RetAppIDFormat}, {"AppId", "4294967296", RetAppIDFormat}, {"Timestamp", "", RetTimestampEmpty},
		{"Timestamp", "soon", RetTimestampFormat}, {"Action", "", RetActionEmpty}, {"SignatureNonce", "", RetNonceEmpty},
		{"Signature", "", RetSignatureEmpty}, {"SignatureVersion", "", RetSignatureVersionEmpty},
		{"SignatureVersion", "1.0", RetSignatureVersion},
	}
	for _, c := range cases {
		q := url.Values{}
		for k, v := range full {
			q[k] = v
		}
		q.Set(c.name, c.value)
		_, refusal := ParseCommon(q)
		if refusal == nil || refusal.Code != c.want {
			t.Errorf("%s=%q: got %v, want %d", c.name, c.value, refusal, c.want)
		}
	}
	if c, refusal := ParseCommon(full); refusal != nil || c.AppID != 1 || c.Timestamp != 1615186943 {
		t.Errorf("got %+v, %v", c, refusal)
	}
}

func TestQueryListsHaveBrackets(t *testing.T) {
	q, err := url.ParseQuery("FromUserId=a&GroupId=g&UserIds[]=b&UserIds[]=c&Duration=-1&UserIds=no")
	if err != nil {
		t.Fatal(err)
	}
	var p ServerMuteMembers
	if refusal := BindQuery(q, &p); refusal != nil {
		t.Fatal(refusal)
	}
	if p.FromUserID != "a" || !slices.Equal(p.UserIDs, []string{"b", "c"}) || p.Duration == nil || *p.Duration != -1 {
		t.Errorf("got %+v", p)
	}
	if refusal := BindQuery(url.Values{"Duration": {"long"}}, &p); refusal == nil || refusal.Code != RetParam {
		t.Errorf("got %v", refusal)
	}
}

func TestAnswersKeepEveryDigit(t *testing.T) {
	got, err := EncodeAnswer(Envelope{Code: RetOK, Message: "success", RequestID: "r"},
		GroupMessageSent{MsgSeq: 7, MsgID: 1234567890123456789})
	if err != nil || string(got) != `{"Code":0,"Message":"success","RequestId":"r","MsgSeq":7,"MsgId":1234567890123456789}` {
		t.Errorf("%s, %v", got, err)
	}
	got, err = EncodeAnswer(Envelope{Code: RetOK, Message: "success", RequestID: "r"},
		PeerMessageSent{SuccList: []PeerSent{{UserID: "b", MsgID: "1234567890123456789"}}})
	if err != nil || string(got) != `{"Code":0,"Message":"success","RequestId":"r","ErrorList":[],"SuccList":[{"UserId":"b","MsgId":"1234567890123456789"}]}` {
		t.Errorf("%s, %v", got, err)
	}
}
