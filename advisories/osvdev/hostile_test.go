package osvdev_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

// pagesOf answers every batch with what page says of its n-th request, from 0,
// once for each query, and records from the small server.
func pagesOf(n *atomic.Int32, page func(n int) string) osvtest.RoundTripper {
	rt := server()
	return func(r *http.Request) (*http.Response, error) {
		queries := batchOf(r).Queries
		if len(queries) == 0 {
			return rt(r)
		}
		one := page(int(n.Add(1)) - 1)
		body := `{"results":[` + strings.Repeat(one+",", len(queries)-1) + one + `]}`
		return osvtest.Respond(200, strings.NewReader(body)), nil
	}
}

func TestPages(t *testing.T) {
	const record = `{"id":"A-1","modified":"2024-05-01T00:00:00Z"}`
	for _, tt := range []struct {
		name string
		page func(n int) string
		ids  []string
		text string // in the error; empty: there is none
		max  int32  // requests
	}{
		{"pages with only a token before the record", func(n int) string {
			if n < 5 {
				return fmt.Sprintf(`{"next_page_token":"t%d"}`, n)
			}
			return `{"vulns":[` + record + `]}`
		}, []string{"A-1"}, "", 6},
		{"the same record on every page", func(n int) string {
			return []string{
				`{"vulns":[` + record + `],"next_page_token":"t"}`,
				`{"vulns":[` + record + `]}`,
			}[n]
		}, []string{"A-1"}, "", 2},
		{"a token for ever", func(n int) string {
			return fmt.Sprintf(`{"next_page_token":"t%d"}`, n)
		}, nil, "more than 1000 pages", 1000},
		{"one token for ever", func(int) string {
			return `{"next_page_token":"t"}`
		}, nil, "token that came before", 2},
		{"records and one token for ever", func(int) string {
			return `{"vulns":[` + record + `],"next_page_token":"t"}`
		}, nil, "token that came before", 2},
		{"two tokens in turn", func(n int) string {
			return fmt.Sprintf(`{"next_page_token":"t%d"}`, n%2)
		}, nil, "token that came before", 3},
		{"a huge token", func(n int) string {
			return `{"next_page_token":"` + strings.Repeat("t", 1<<20) + `"}`
		}, nil, "page token of", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n atomic.Int32
			a := lookup(t, newClient(t, pagesOf(&n, tt.page), osvdev.Options{}), debian("curl", "1"))[0]
			if tt.text == "" && a.Err != nil || tt.text != "" && (!errors.Is(a.Err, osvdev.ErrResponse) || !strings.Contains(a.Err.Error(), tt.text)) {
				t.Errorf("error %v, want %q in it", a.Err, tt.text)
			}
			if diff := cmp.Diff(tt.ids, ids(a)); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
			if n.Load() > tt.max {
				t.Errorf("%d requests, want %d", n.Load(), tt.max)
			}
		})
	}
}

// While other queries of the batch move on, one may be told to wait with the
// token it sent.
func TestStalledQueryWaits(t *testing.T) {
	rt := server()
	n := 0
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		if len(batchOf(r).Queries) == 0 {
			return rt(r)
		}
		n++
		page := `{"results":[{"next_page_token":"a` + fmt.Sprint(n) + `"},{"next_page_token":"b"}]}`
		switch n {
		case 4:
			page = `{"results":[{},{"next_page_token":"b"}]}`
		case 5:
			page = `{"results":[{"vulns":[{"id":"A-3","modified":"2024-05-01T00:00:00Z"}]}]}`
		}
		return osvtest.Respond(200, strings.NewReader(page)), nil
	}, osvdev.Options{})
	answers := lookup(t, c, debian("bash", "1"), debian("openssl", "1"))
	if answers[0].Err != nil || answers[1].Err != nil {
		t.Fatalf("errors %v, %v", answers[0].Err, answers[1].Err)
	}
	if diff := cmp.Diff([]string{"A-3"}, ids(answers[1])); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

// Whether an ecosystem is covered is not taken from pages without a record.
func TestProbeOfEmptyPages(t *testing.T) {
	n := 0
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		queries := batchOf(r).Queries
		n++
		page := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"next_page_token":"%d"},`, n), len(queries)), ",")
		if n == 1 {
			page = `{}`
		}
		return osvtest.Respond(200, strings.NewReader(`{"results":[`+page+`]}`)), nil
	}, osvdev.Options{})
	a := lookup(t, c, debian("curl", "1"))[0]
	if !errors.Is(a.Err, osvdev.ErrResponse) || !strings.Contains(a.Err.Error(), "cannot be told") {
		t.Errorf("error %v, want that it cannot be told", a.Err)
	}
}

func TestHostileRecords(t *testing.T) {
	for name, tt := range map[string]struct{ body, text string }{
		"another record":      {`{"id":"A-2","modified":"2024-05-01T00:00:00Z"}`, `it is "A-2"`},
		"no id":               {`{"modified":"2024-05-01T00:00:00Z"}`, "A-1"},
		"no object":           {`[]`, "A-1"},
		"not JSON":            {`<html>`, "invalid character"},
		"schema to come":      {`{"schema_version":"2.0.0","id":"A-1"}`, "schema"},
		"other type of field": {`{"id":"A-1","affected":"all"}`, "A-1"},
	} {
		t.Run(name, func(t *testing.T) {
			rt := server()
			c := newClient(t, func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/A-1") {
					return osvtest.Respond(200, strings.NewReader(tt.body)), nil
				}
				return rt(r)
			}, osvdev.Options{})
			answers := lookup(t, c, debian("curl", "2"), debian("openssl", "1"))
			if err := answers[0].Err; !errors.Is(err, osvdev.ErrResponse) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("error %v, want ErrResponse and %q", err, tt.text)
			}
			if answers[1].Err != nil {
				t.Errorf("the query that needs another record: %v", answers[1].Err)
			}
		})
	}
}

func TestIDsAreEscaped(t *testing.T) {
	const id = "X-1/../../query?a=b#c"
	var got string
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			return osvtest.Respond(200, strings.NewReader(`{"results":[{"vulns":[{"id":"`+id+`"}]}]}`)), nil
		}
		got = r.URL.EscapedPath() + " " + r.URL.RawQuery
		return osvtest.Respond(200, strings.NewReader(`{"id":"`+id+`"}`)), nil
	}, osvdev.Options{})
	if a := lookup(t, c, debian("curl", "1"))[0]; a.Err != nil {
		t.Error(a.Err)
	}
	if want := "/v1/vulns/X-1%2F..%2F..%2Fquery%3Fa=b%23c "; got != want {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestRedirects(t *testing.T) {
	target := httptest.NewServer(serverOf(nil))
	defer target.Close()
	var to string
	redirect := func(code int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, to+r.URL.Path, code)
		})
	}
	for _, tt := range []struct {
		name   string
		server *httptest.Server
		to     string // empty: itself
		text   string // in the error; empty: it is followed
	}{
		{"kept method", httptest.NewServer(redirect(http.StatusTemporaryRedirect)), target.URL, ""},
		{"POST to GET", httptest.NewServer(redirect(http.StatusFound)), target.URL, "changes the method"},
		{"https to http", httptest.NewTLSServer(redirect(http.StatusTemporaryRedirect)), target.URL, "from https to http"},
		{"loop", httptest.NewServer(redirect(http.StatusPermanentRedirect)), "", "in a row"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer tt.server.Close()
			if to = tt.to; to == "" {
				to = tt.server.URL
			}
			c, err := osvdev.New(osvdev.Options{BaseURL: tt.server.URL, HTTPClient: tt.server.Client()})
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseIdleConnections()
			a := lookup(t, c, debian("curl", "2"))[0]
			if tt.text == "" && a.Err != nil || tt.text != "" && (a.Err == nil || !strings.Contains(a.Err.Error(), tt.text)) {
				t.Errorf("error %v, want %q in it", a.Err, tt.text)
			}
		})
	}
}

func TestMessagesAreFitForATerminal(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":3,"message":"plain"}`:                "plain",
		"{\"code\":3,\"message\":\"\\u001b[31mred\"}": "[31mred",
		"line one\r\nline\ttwo\x00\xff":               "line one line two",
		strings.Repeat("x", 10_000):                   strings.Repeat("x", 200) + "...",
		"":                                            "",
	} {
		c := newClient(t, func(*http.Request) (*http.Response, error) {
			return osvtest.Respond(http.StatusForbidden, strings.NewReader(body)), nil
		}, osvdev.Options{BaseURL: "https://user:secret@osv.example/api"})
		err := lookup(t, c, debian("curl", "1"))[0].Err
		var got *osvdev.StatusError
		if !errors.As(err, &got) {
			t.Fatalf("error %v, want a StatusError", err)
		}
		if got.Message != want || got.Code != 403 || got.URL != "https://osv.example/api/v1/querybatch" {
			t.Errorf("body %.40q: %d %q %q, want message %q", body, got.Code, got.URL, got.Message, want)
		}
		if strings.Contains(err.Error(), "secret") || strings.Contains(c.Describe(), "secret") {
			t.Errorf("the password is shown: %v; %s", err, c.Describe())
		}
	}
}
