package osvdev_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"errors"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

func TestNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		o    osvdev.Options
		want string // in the error; empty: there is none
	}{
		{"zero", osvdev.Options{}, ""},
		{"with a path", osvdev.Options{BaseURL: "http://[::1]:8080/osv/"}, ""},
		{"no URL", osvdev.Options{BaseURL: "http://user:secret@%zz"}, "not a URL"},
		{"no scheme", osvdev.Options{BaseURL: "osv.example"}, "neither http nor https"},
		{"other scheme", osvdev.Options{BaseURL: "file:///etc/passwd"}, "neither http nor https"},
		{"no host", osvdev.Options{BaseURL: "https:///v1"}, "no host"},
		{"query", osvdev.Options{BaseURL: "https://osv.example/?a=b"}, "query or a fragment"},
		{"negative limit", osvdev.Options{Concurrency: -1}, "negative"},
		{"cache in a file", osvdev.Options{CacheDir: file}, "cache"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := osvdev.New(tt.o)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("New: %v, want %q in it", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the password is shown: %v", err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	c, err := osvdev.New(osvdev.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Name(); got != "osvdev" {
		t.Errorf("Name = %q", got)
	}
	if got, want := c.Describe(), "records of OSV as served by https://api.osv.dev"; got != want {
		t.Errorf("Describe = %q, want %q", got, want)
	}
}

// The given client keeps its own rules and is not changed.
func TestGivenClientIsCopied(t *testing.T) {
	given := &http.Client{Transport: server()}
	c, err := osvdev.New(osvdev.Options{BaseURL: base, HTTPClient: given})
	if err != nil {
		t.Fatal(err)
	}
	lookup(t, c, debian("curl", "1"))
	if given.CheckRedirect != nil {
		t.Error("the given client was changed")
	}
}

// The client of our own, over a real connection and to a port that is closed.
func TestOwnTransport(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip("no loopback network: " + err.Error())
	}
	server := &http.Server{Handler: serverOf(nil)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	c, err := osvdev.New(osvdev.Options{BaseURL: "http://" + l.Addr().String(), MaxAttempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	if a := lookup(t, c, debian("curl", "1"))[0]; a.Err != nil || len(a.Advisories) != 2 {
		t.Errorf("answer %v, %v", ids(a), a.Err)
	}
	c.CloseIdleConnections()
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	<-served
	_, err = c.Lookup(t.Context(), []advisories.Query{debian("curl", "1")})
	if !errors.Is(err, osvdev.ErrUnreachable) {
		t.Errorf("closed port: %v, want ErrUnreachable", err)
	}
}

// A test that would leave the machine fails: this holds the poison in place.
func TestNoNetwork(t *testing.T) {
	c, err := osvdev.New(osvdev.Options{MaxAttempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Lookup(t.Context(), []advisories.Query{debian("curl", "1")})
	if !errors.Is(err, osvdev.ErrUnreachable) || !strings.Contains(err.Error(), "proxyconnect") {
		t.Errorf("api.osv.dev: %v, want the proxy that is not there", err)
	}
}
