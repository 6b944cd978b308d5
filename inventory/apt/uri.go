package apt

import (
	"fmt"
	"strings"
)

// listName gives the name of the file that apt stores what it got from a URI
// in (URItoFileName of apt-pkg/contrib/strutl.cc): the URI without its scheme
// and without user and password, with '/' as '_' and what could be mistaken as
// %xx.
func listName(uri string) string {
	host, rest := splitURI(uri)
	var b strings.Builder
	for _, c := range []byte(host + rest) {
		switch {
		case c == '/':
			b.WriteByte('_')
		case c <= ' ' || c >= 0x7f || strings.IndexByte("\\|{}[]<>\"^~_=!@#$%&*", c) >= 0:
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// splitURI gives a URI's host, with its port and without its user, and what
// follows it. URIs of files have no host.
func splitURI(uri string) (host, rest string) {
	_, rest, _ = strings.Cut(uri, ":")
	authority, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return "", rest
	}
	slash := strings.IndexByte(authority, '/')
	if slash < 0 {
		slash = len(authority)
	}
	host, rest = authority[:slash], authority[slash:]
	host = host[strings.LastIndexByte(host, '@')+1:]
	return strings.NewReplacer("[", "", "]", "").Replace(host), rest
}

// site is the host that Pin: origin compares with: without the port.
func site(uri string) string {
	host, _ := splitURI(uri)
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(uri, host[i:]+"]") {
		return host[:i]
	}
	return host
}

// encode writes the characters that apt encodes in the part of a URI that it
// makes from a suite.
func encode(part string) string {
	return strings.NewReplacer("%", "%25", "+", "%2b", "~", "%7e", " ", "%20").Replace(part)
}
