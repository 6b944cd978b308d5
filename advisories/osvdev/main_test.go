package osvdev_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

func TestMain(m *testing.M) {
	if err := osvtest.PoisonNetwork(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const base = "http://osv.example"

// newClient makes a client over a transport that needs no network.
func newClient(t testing.TB, rt osvtest.RoundTripper, o osvdev.Options) *osvdev.Client {
	t.Helper()
	if o.BaseURL == "" {
		o.BaseURL = base
	}
	o.HTTPClient = rt.Client()
	c, err := osvdev.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func lookup(t testing.TB, c *osvdev.Client, qs ...advisories.Query) []advisories.Answer {
	t.Helper()
	answers, err := c.Lookup(context.Background(), qs)
	if err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	if len(answers) != len(qs) {
		t.Fatalf("Lookup gave %d answers for %d queries", len(answers), len(qs))
	}
	return answers
}

func ids(a advisories.Answer) []string {
	var ids []string
	for _, adv := range a.Advisories {
		ids = append(ids, adv.ID)
	}
	return ids
}

// journal notes the requests that pass: "POST /v1/querybatch curl openssl",
// "GET /v1/vulns/A-1".
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) wrap(rt osvtest.RoundTripper) osvtest.RoundTripper {
	return func(r *http.Request) (*http.Response, error) {
		entry := r.Method + " " + r.URL.Path
		for _, q := range batchOf(r).Queries {
			entry += " " + q.Package.Name
			if q.PageToken != "" {
				entry += "+"
			}
		}
		j.mu.Lock()
		j.entries = append(j.entries, entry)
		j.mu.Unlock()
		return rt(r)
	}
}

// take gives the entries since the last time: batches in order, then the
// others, sorted.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	got := j.entries
	j.entries = nil
	slices.SortStableFunc(got, func(a, b string) int {
		aPost, bPost := strings.HasPrefix(a, "POST"), strings.HasPrefix(b, "POST")
		switch {
		case aPost && bPost:
			return 0
		case aPost:
			return -1
		case bPost:
			return 1
		}
		return strings.Compare(a, b)
	})
	return got
}

// batchOf reads the batch that a request holds, and leaves it in its place.
func batchOf(r *http.Request) osvapi.Batch {
	var b osvapi.Batch
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal(body, &b); err != nil {
			panic(err)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	return b
}

// small is a server's store that the tests share.
func small() *osvtest.Store {
	const day = "2024-05-01T00:00:00Z"
	return osvtest.NewStore(
		osvtest.Record("A-1", day, "Debian:12", "curl", "1", "2"),
		osvtest.Record("A-2", day, "Debian:12", "curl", "1"),
		osvtest.Record("A-3", day, "Debian:12", "openssl", "1"),
		osvtest.Record("M-1", day, "Alpine:v3.18", "musl", "1"),
		`{"id":"W-1","modified":"`+day+`","withdrawn":"`+day+`","affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"versions":["1"]}]}`,
	)
}

func server() osvtest.RoundTripper {
	return osvtest.Serve(osvserver.New(small(), osvserver.Options{}))
}

func debian(name, version string) advisories.Query {
	return advisories.Query{Ecosystem: "Debian:12", Name: name, Version: version}
}

// journalSizes notes how many queries each batch holds.
type journalSizes struct {
	mu    sync.Mutex
	sizes []int
}

func (j *journalSizes) wrap(rt osvtest.RoundTripper) osvtest.RoundTripper {
	return func(r *http.Request) (*http.Response, error) {
		if n := len(batchOf(r).Queries); n > 0 {
			j.mu.Lock()
			j.sizes = append(j.sizes, n)
			j.mu.Unlock()
		}
		return rt(r)
	}
}

func (j *journalSizes) sorted() []int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Sorted(slices.Values(j.sizes))
}

// serverOf is a server of the records, or of the small store where there are
// none.
func serverOf(records []string) http.Handler {
	store := small()
	if records != nil {
		store = osvtest.NewStore(records...)
	}
	return osvserver.New(store, osvserver.Options{})
}
