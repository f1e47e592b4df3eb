package xmpp

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"hash"
	"strings"

	"dragoman/protocols/xmpp/xmppwire"
)

// The kinds of channel binding that we know [RFC 9266, RFC 5929].
const (
	tlsExporter = "tls-exporter"
	tlsEndPoint = "tls-server-end-point"
)

const nsBinding = "urn:xmpp:sasl-cb:0"

// bindings lists the kinds of channel binding that this connection can do, if they are switched on.
func (l *login) bindings() []string {
	state := l.link.tlsState()
	if state == nil || !l.cfg.ChannelBinding {
		return nil
	}
	kinds := []string{tlsEndPoint}
	if state.Version >= tls.VersionTLS13 {
		kinds = append([]string{tlsExporter}, kinds...)
	}
	return kinds
}

// bindingFeature tells which kinds can be chosen [XEP-0440].
func bindingFeature(kinds []string) *xmppwire.Element {
	e := xmppwire.New(nsBinding, "sasl-channel-binding")
	for _, k := range kinds {
		e.AddNew("channel-binding").Set("type", k)
	}
	return e
}

// bindTo gives the exchange what it is bound to, if the mechanism is a -PLUS one.
func (l *login) bindTo(x *scram, mechanism string, first []byte) error {
	if !strings.HasSuffix(mechanism, "-PLUS") {
		return nil
	}
	x.bindings = l.bindings()
	flag, _, _ := strings.Cut(string(first), ",")
	state := l.link.tlsState()
	var err error
	switch strings.TrimPrefix(flag, "p=") {
	case tlsExporter:
		x.binding, err = state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	case tlsEndPoint:
		x.binding, err = l.endPoint()
	}
	if err != nil || x.binding == nil {
		return &saslError{name: "malformed-request", text: "unknown channel binding"}
	}
	return nil
}

// certificate is the one that this connection shows.
func (l *login) certificate() (*tls.Certificate, error) {
	if l.TLS.GetCertificate != nil {
		return l.TLS.GetCertificate(&tls.ClientHelloInfo{ServerName: l.Domain})
	}
	return &l.TLS.Certificates[0], nil
}

// endPoint is the hash of our certificate, by its own signature's hash [RFC 5929 §4.1].
func (l *login) endPoint() ([]byte, error) {
	own, err := l.certificate()
	if err != nil {
		return nil, err
	}
	raw := own.Certificate[0]
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	var h hash.Hash
	switch cert.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		h = sha512.New384()
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		h = sha512.New()
	default:
		h = sha256.New()
	}
	h.Write(raw)
	return h.Sum(nil), nil
}
