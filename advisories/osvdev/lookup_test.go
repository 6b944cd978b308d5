package osvdev_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

func TestLookup(t *testing.T) {
	var j journal
	c := newClient(t, j.wrap(server()), osvdev.Options{})
	queries := []advisories.Query{
		debian("openssl", "1"), debian("curl", "1"), debian("curl", "2"),
		debian("curl", "1"), debian("bash", "1"),
	}
	want := [][]string{{"A-3"}, {"A-1", "A-2"}, {"A-1"}, {"A-1", "A-2"}, nil}
	check := func() {
		t.Helper()
		for i, a := range lookup(t, c, queries...) {
			if a.Err != nil {
				t.Errorf("%v: %v", queries[i], a.Err)
			}
			if diff := cmp.Diff(want[i], ids(a)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", queries[i], diff)
			}
		}
	}
	check()
	// The doubled query is asked once, each record fetched once.
	first := []string{
		"POST /v1/querybatch openssl curl curl bash",
		"GET /v1/vulns/A-1", "GET /v1/vulns/A-2", "GET /v1/vulns/A-3",
	}
	if diff := cmp.Diff(first, j.take()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	check()
	if diff := cmp.Diff(first[:1], j.take()); diff != "" {
		t.Errorf("requests of a second lookup (-want +got):\n%s", diff)
	}
}

func TestLookupGivesWholeRecords(t *testing.T) {
	record := `{"id":"A-1","modified":"2024-05-01T00:00:00Z","summary":"s","details":"d",
		"aliases":["CVE-2024-1"],"affected":[
			{"package":{"ecosystem":"PyPI","name":"flask"},"versions":["1"]},
			{"package":{"ecosystem":"npm","name":"other"},"versions":["2"]}]}`
	c := newClient(t, osvtest.Serve(osvserver.New(osvtest.NewStore(record), osvserver.Options{})), osvdev.Options{})
	want, err := advisories.Parse([]byte(record))
	if err != nil {
		t.Fatal(err)
	}
	got := lookup(t, c, advisories.Query{Ecosystem: "PyPI", Name: "flask", Version: "1"})
	if diff := cmp.Diff([]advisories.Answer{{Advisories: []*advisories.Advisory{want}}}, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestLookupNothing(t *testing.T) {
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		t.Errorf("request %s for no query", r.URL)
		return nil, errors.New("none expected")
	}, osvdev.Options{})
	lookup(t, c)
}

func TestLookupChunks(t *testing.T) {
	var sizes journalSizes
	c := newClient(t, sizes.wrap(server()), osvdev.Options{Concurrency: 3})
	var queries []advisories.Query
	for i := range 2500 {
		queries = append(queries, debian(fmt.Sprintf("p%d", i), "1"))
	}
	queries = append(queries, debian("curl", "2"))
	answers := lookup(t, c, queries...)
	if got := ids(answers[2500]); !slices.Equal(got, []string{"A-1"}) {
		t.Errorf("the last answer is %v, want A-1", got)
	}
	if diff := cmp.Diff([]int{501, 1000, 1000}, sizes.sorted()); diff != "" {
		t.Errorf("sizes of batches (-want +got):\n%s", diff)
	}
}

func TestLookupPages(t *testing.T) {
	var records []string
	for i := range 5 {
		records = append(records, osvtest.Record(fmt.Sprintf("A-%d", i), "2024-05-01T00:00:00Z", "PyPI", "five", "1"))
	}
	records = append(records, osvtest.Record("B-1", "2024-05-01T00:00:00Z", "PyPI", "one", "1"))
	var j journal
	c := newClient(t, j.wrap(osvtest.Serve(osvserver.New(osvtest.NewStore(records...), osvserver.Options{PageSize: 2}))), osvdev.Options{})
	answers := lookup(t, c,
		advisories.Query{Ecosystem: "PyPI", Name: "one", Version: "1"},
		advisories.Query{Ecosystem: "PyPI", Name: "five", Version: "1"})
	if diff := cmp.Diff([]string{"B-1"}, ids(answers[0])); diff != "" {
		t.Errorf("one (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"A-0", "A-1", "A-2", "A-3", "A-4"}, ids(answers[1])); diff != "" {
		t.Errorf("five (-want +got):\n%s", diff)
	}
	want := []string{"POST /v1/querybatch one five", "POST /v1/querybatch five+", "POST /v1/querybatch five+"}
	if diff := cmp.Diff(want, j.take()[:3]); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

func TestNotCovered(t *testing.T) {
	var j journal
	c := newClient(t, j.wrap(server()), osvdev.Options{})
	queries := []advisories.Query{
		{Ecosystem: "Debian:99", Name: "curl", Version: "1"},  // an unknown release
		{Ecosystem: "Nonesuch:1", Name: "curl", Version: "1"}, // an unknown ecosystem
		{Ecosystem: "Nonesuch:1", Name: "bash", Version: "1"},
		{Ecosystem: "Alpine:v3.18", Name: "musl", Version: "9"}, // covered: not affected
		debian("left-pad", "1"),                                 // covered: other packages have records
		debian("curl", "1"),
	}
	notCovered := []bool{true, true, true, false, false, false}
	for round := range 2 {
		for i, a := range lookup(t, c, queries...) {
			if got := errors.Is(a.Err, advisories.ErrNotCovered); got != notCovered[i] {
				t.Errorf("round %d: %v: %v, want not covered: %t", round, queries[i], a.Err, notCovered[i])
			}
			if !notCovered[i] && a.Err != nil {
				t.Errorf("round %d: %v: %v", round, queries[i], a.Err)
			}
		}
		posts := 0
		for _, e := range j.take() {
			if strings.HasPrefix(e, "POST") {
				posts++
			}
		}
		// The batch is sent twice, without the unknown ecosystem the second
		// time. Debian:99 and Alpine are probed in the first round only.
		if want := []int{4, 2}[round]; posts != want {
			t.Errorf("round %d: %d batches, want %d", round, posts, want)
		}
	}
}

func TestNotCoveredIsProbedWithOwnNames(t *testing.T) {
	record := osvtest.Record("A-1", "2024-05-01T00:00:00Z", "Debian:12", "rare", "1")
	c := newClient(t, osvtest.Serve(osvserver.New(osvtest.NewStore(record), osvserver.Options{})), osvdev.Options{})
	unknown := debian("unknown", "1")
	if a := lookup(t, c, unknown); !errors.Is(a[0].Err, advisories.ErrNotCovered) {
		t.Errorf("nothing known: %v, want ErrNotCovered", a[0].Err)
	}
	// What was not covered by the names asked so far is by another.
	if a := lookup(t, c, unknown, debian("rare", "2")); a[0].Err != nil || a[1].Err != nil {
		t.Errorf("a name with records, of another version: %v, %v, want no error", a[0].Err, a[1].Err)
	}
	if a := lookup(t, c, unknown); a[0].Err != nil {
		t.Errorf("covered by now: %v", a[0].Err)
	}
}

// A probe asks for a few of the many names, and again after an hour: what was
// not covered then may be now.
func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes journalSizes
		online := small()
		c := newClient(t, sizes.wrap(func(r *http.Request) (*http.Response, error) {
			return osvtest.Serve(osvserver.New(online, osvserver.Options{}))(r)
		}), osvdev.Options{})
		var queries []advisories.Query
		for i := range 500 {
			queries = append(queries, advisories.Query{Ecosystem: "Debian:14", Name: fmt.Sprintf("p%d", i), Version: "1"})
		}
		notCovered := func(want bool) {
			t.Helper()
			for _, a := range lookup(t, c, queries...) {
				if errors.Is(a.Err, advisories.ErrNotCovered) != want {
					t.Fatalf("after %v: %v, want not covered: %t", time.Now(), a.Err, want)
				}
			}
		}
		notCovered(true)
		if got := sizes.sorted(); len(got) != 2 || got[0] > 40 {
			t.Errorf("batches of %v queries, want a small probe beside the batch of 500", got)
		}
		online = osvtest.NewStore(osvtest.Record("A-1", "2024-05-01T00:00:00Z", "Debian:14", "openssl", "1"))
		time.Sleep(59 * time.Minute)
		notCovered(true)
		time.Sleep(2 * time.Minute)
		notCovered(false)
	})
}

// Where it cannot be found out whether an ecosystem is covered, it is not taken
// for covered, nor for the opposite.
func TestProbeFails(t *testing.T) {
	var n atomic.Int32
	rt := server()
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		if n.Add(1) == 2 {
			return osvtest.Respond(http.StatusForbidden, strings.NewReader("enough")), nil
		}
		return rt(r)
	}, osvdev.Options{})
	err := lookup(t, c, debian("bash", "1"))[0].Err
	if err == nil || errors.Is(err, advisories.ErrNotCovered) || !strings.Contains(err.Error(), "cannot be told") {
		t.Errorf("error %v, want that it cannot be told", err)
	}
	if a := lookup(t, c, debian("bash", "1"))[0]; a.Err != nil {
		t.Errorf("next time: %v", a.Err)
	}
}

// A server that takes an ecosystem for invalid only when it is probed is
// believed too.
func TestProbeOfInvalidEcosystem(t *testing.T) {
	var n atomic.Int32
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		if n.Add(1) == 1 {
			return osvtest.Respond(http.StatusOK, strings.NewReader(`{"results":[{}]}`)), nil
		}
		return osvtest.Respond(http.StatusBadRequest, strings.NewReader(
			`{"code":3,"message":"error in query at index 0: invalid ecosystem"}`)), nil
	}, osvdev.Options{})
	if err := lookup(t, c, debian("bash", "1"))[0].Err; !errors.Is(err, advisories.ErrNotCovered) {
		t.Errorf("error %v, want ErrNotCovered", err)
	}
}

func TestQueriesThatCannotBeAsked(t *testing.T) {
	c := newClient(t, server(), osvdev.Options{})
	answers := lookup(t, c,
		advisories.Query{Name: "curl"}, advisories.Query{Ecosystem: "Debian:12"},
		debian("curl", strings.Repeat("1", 1<<20)), debian("\xff", "1"), debian("curl", "2"))
	for i, a := range answers[:4] {
		if a.Err == nil || len(a.Err.Error()) > 300 {
			t.Errorf("query %d: %v, want a short error", i, a.Err)
		}
	}
	if a := answers[4]; a.Err != nil || len(a.Advisories) != 1 {
		t.Errorf("the good query: %v, %v", ids(a), a.Err)
	}
}

// refuse answers a batch with 400 where it holds a bad name.
func refuse(rt osvtest.RoundTripper, bad func(name string) bool, message func(i int) string) osvtest.RoundTripper {
	return func(r *http.Request) (*http.Response, error) {
		for i, q := range batchOf(r).Queries {
			if bad(q.Package.Name) {
				return osvtest.Respond(http.StatusBadRequest, strings.NewReader(message(i))), nil
			}
		}
		return rt(r)
	}
}

func TestBadQueryIsIsolated(t *testing.T) {
	for name, message := range map[string]func(int) string{
		"by index": func(i int) string {
			return fmt.Sprintf(`{"code":3,"message":"error in query at index %d: no"}`, i)
		},
		"by halves":          func(int) string { return `{"code":3,"message":"no"}` },
		"not JSON":           func(int) string { return "<html>no</html>" },
		"index out of range": func(int) string { return `{"code":3,"message":"error in query at index 4711: no"}` },
	} {
		t.Run(name, func(t *testing.T) {
			bad := func(name string) bool { return strings.HasPrefix(name, "bad") }
			c := newClient(t, refuse(server(), bad, message), osvdev.Options{})
			var queries []advisories.Query
			for i := range 60 {
				queries = append(queries, debian(fmt.Sprintf("p%d", i), "1"))
			}
			queries = append(queries, debian("bad1", "1"), debian("curl", "2"), debian("bad2", "1"))
			for i, a := range lookup(t, c, queries...) {
				var status *osvdev.StatusError
				if bad(queries[i].Name) {
					if !errors.As(a.Err, &status) || status.Code != http.StatusBadRequest {
						t.Errorf("%s: %v, want a StatusError 400", queries[i].Name, a.Err)
					}
				} else if a.Err != nil {
					t.Errorf("%s: %v", queries[i].Name, a.Err)
				}
			}
		})
	}
}

func TestServerThatRefusesEverything(t *testing.T) {
	var j journal
	everything := func(string) bool { return true }
	c := newClient(t, j.wrap(refuse(server(), everything, func(int) string { return "no" })), osvdev.Options{})
	var queries []advisories.Query
	for i := range 1000 {
		queries = append(queries, debian(fmt.Sprintf("p%d", i), "1"))
	}
	for i, a := range lookup(t, c, queries...) {
		if a.Err == nil {
			t.Fatalf("query %d was refused and has no error", i)
		}
	}
	if n := len(j.take()); n > 300 {
		t.Errorf("%d requests", n)
	}
}

// A query that the server stumbles over is one query's failure, not that of the
// thousand it came with.
func TestInternalErrorOfOneQuery(t *testing.T) {
	posts := 0
	rt := func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPost {
			posts++
		}
		for i, q := range batchOf(r).Queries {
			if q.Package.Name == "bad" {
				body := fmt.Sprintf(`{"code":13,"message":"error in query at index %d: oops"}`, i)
				return osvtest.Respond(http.StatusInternalServerError, strings.NewReader(body)), nil
			}
		}
		return server()(r)
	}
	answers := lookup(t, newClient(t, rt, osvdev.Options{}), debian("curl", "2"), debian("bad", "1"))
	if answers[0].Err != nil || answers[1].Err == nil {
		t.Errorf("errors %v, %v, want one for the second only", answers[0].Err, answers[1].Err)
	}
	if posts != 2 {
		t.Errorf("%d batches, want one with the query and one without", posts)
	}
}

// A record that cannot be had fails the queries that need it, and no other.
func TestMissingRecord(t *testing.T) {
	rt := func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/A-2") {
			return osvtest.Respond(http.StatusNotFound, strings.NewReader(`{"code":5,"message":"Bug not found."}`)), nil
		}
		return server()(r)
	}
	answers := lookup(t, newClient(t, rt, osvdev.Options{}), debian("curl", "1"), debian("curl", "2"))
	if err := answers[0].Err; !errors.Is(err, advisories.ErrNotFound) || !strings.Contains(err.Error(), "1 of 2 records") {
		t.Errorf("first: %v, want ErrNotFound for 1 of 2 records", err)
	}
	if answers[1].Err != nil || len(answers[1].Advisories) != 1 {
		t.Errorf("second: %v, %v, want one record", answers[1].Advisories, answers[1].Err)
	}
}

func TestCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	answers, err := newClient(t, server(), osvdev.Options{}).Lookup(ctx, []advisories.Query{debian("curl", "1")})
	if !errors.Is(err, context.Canceled) || answers != nil {
		t.Errorf("Lookup = %v, %v, want context.Canceled", answers, err)
	}
}
