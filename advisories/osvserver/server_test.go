package osvserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

func TestMain(m *testing.M) {
	if err := osvtest.PoisonNetwork(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	day = "2024-05-01T00:00:00Z"

	// A record as nobody's encoder would write it: it is to come back as it is.
	odd = "{ \"id\" : \"A-2\",\n \"modified\":\"2024-05-01T00:00:00.5Z\", \"x_new\": \"<&>\\u00e9\",\r\n" +
		` "affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"versions":["1","2"]}]}` + "\n"

	withdrawn = `{"id":"W-1","modified":"` + day + `","withdrawn":"` + day + `",` +
		`"affected":[{"package":{"ecosystem":"Debian:12","name":"curl"},"versions":["1"]}]}`
)

var plain = osvtest.Record("A-1", day, "Debian:12", "curl", "1")

func store() *osvtest.Store {
	return osvtest.NewStore(plain, odd, withdrawn,
		osvtest.Record("P-1", day, "PyPI", "flask", "1"),
		osvtest.Record("M-1", day, "Maven", "org.example:thing", "1"),
		osvtest.Record("G-1", day, "Go", "github.com/example/thing", "1.0.0"),
		// An ecosystem nobody has heard of, but the store has records of it.
		osvtest.Record("N-1", day, "Newcomer:1", "thing", "1"))
}

func do(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

// failed is the body of an error.
func failed(code int, message string) string {
	body, err := json.Marshal(map[string]any{"code": code, "message": message})
	if err != nil {
		panic(err)
	}
	return string(body)
}

func TestServer(t *testing.T) {
	h := osvserver.New(store(), osvserver.Options{MaxBody: 1 << 20})
	pkg := func(ecosystem, name, version string) string {
		return fmt.Sprintf(`{"version":%q,"package":{"name":%q,"ecosystem":%q}}`, version, name, ecosystem)
	}
	purl := func(purl string) string { return fmt.Sprintf(`{"package":{"purl":%q}}`, purl) }
	batch := func(queries ...string) string { return `{"queries":[` + strings.Join(queries, ",") + `]}` }
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"record", "GET", "/v1/vulns/A-2", "", 200, odd},
		{"withdrawn record", "GET", "/v1/vulns/W-1", "", 200, withdrawn},
		{"no such record", "GET", "/v1/vulns/X-1", "", 404, failed(5, "no such record")},
		{"no id", "GET", "/v1/vulns/", "", 400, failed(3, "not an id")},
		{"long id", "GET", "/v1/vulns/" + strings.Repeat("x", 600), "", 400, failed(3, "not an id")},
		{"path as id", "GET", "/v1/vulns/..%2f..%2fetc/passwd", "", 404, failed(5, "no such record")},
		{"POST of a record", "POST", "/v1/vulns/A-1", "", 405, failed(12, "this path answers GET, HEAD")},

		{"query", "POST", "/v1/query", pkg("Debian:12", "curl", "1"), 200, `{"vulns":[` + plain + "," + odd + `]}`},
		{"query of a version", "POST", "/v1/query", pkg("Debian:12", "curl", "2"), 200, `{"vulns":[` + odd + `]}`},
		{"query without version", "POST", "/v1/query", pkg("Debian:12", "curl", ""), 200, `{"vulns":[` + plain + "," + odd + `]}`},
		{"version that is none: the client decides", "POST", "/v1/query", pkg("Debian:12", "curl", "not a version"), 200, `{"vulns":[` + plain + "," + odd + `]}`},
		{"unknown package", "POST", "/v1/query", pkg("Debian:12", "nonesuch", "1"), 200, `{}`},
		{"unknown release", "POST", "/v1/query", pkg("Debian:99", "curl", "1"), 200, `{}`},
		{"unknown ecosystem", "POST", "/v1/query", pkg("Nonesuch", "curl", "1"), 400, failed(3, "invalid ecosystem")},
		{"unknown ecosystem with records", "POST", "/v1/query", pkg("Newcomer:1", "other", "1"), 200, `{}`},
		{"GET of a query", "GET", "/v1/query", "", 405, failed(12, "this path answers POST")},
		{"no JSON", "POST", "/v1/query", "curl", 400, failed(3, "the request is not a query in JSON")},
		{"two values", "POST", "/v1/query", "{}{}", 400, failed(3, "the request is not a query in JSON")},
		{"empty", "POST", "/v1/query", "", 400, failed(3, "the request is not a query in JSON")},
		{"deep", "POST", "/v1/query", strings.Repeat(`{"package":`, 90_000), 400, failed(3, "the request is not a query in JSON")},
		{"nothing asked", "POST", "/v1/query", "{}", 400, failed(3, "invalid query: no package name")},
		{"no ecosystem", "POST", "/v1/query", `{"package":{"name":"curl"}}`, 400, failed(3, "invalid query: no ecosystem")},
		{"commit", "POST", "/v1/query", `{"commit":"6879efc2c1596d11a6a6ad296f80063b558d5e0f"}`, 400, failed(3, "queries by commit are not supported by this server")},
		{"huge", "POST", "/v1/query", strings.Repeat(" ", 1<<20) + "{}", 413, failed(8, "the request has more than 1048576 bytes")},
		{"bad token", "POST", "/v1/query", `{"package":{"name":"curl","ecosystem":"Debian:12"},"page_token":"x"}`, 400, failed(3, "invalid page_token")},

		{"purl", "POST", "/v1/query", purl("pkg:pypi/Flask@1"), 200, `{"vulns":[` + osvtest.Record("P-1", day, "PyPI", "flask", "1") + `]}`},
		{"purl with a group", "POST", "/v1/query", purl("pkg:maven/org.example/thing@1"), 200, `{"vulns":[` + osvtest.Record("M-1", day, "Maven", "org.example:thing", "1") + `]}`},
		{"purl and version", "POST", "/v1/query", `{"version":"1.0.0","package":{"purl":"pkg:golang/github.com/example/thing"}}`, 200, `{"vulns":[` + osvtest.Record("G-1", day, "Go", "github.com/example/thing", "1.0.0") + `]}`},
		{"purl with version and version", "POST", "/v1/query", `{"version":"1","package":{"purl":"pkg:pypi/flask@1"}}`, 400, failed(3, "invalid query: both a PURL with a version and a version")},
		{"purl and name", "POST", "/v1/query", `{"package":{"purl":"pkg:pypi/flask","name":"flask"}}`, 400, failed(3, "invalid query: both a PURL and a package")},
		{"purl of a distribution", "POST", "/v1/query", purl("pkg:deb/debian/curl@1"), 400, failed(3, "PURLs of this type are not supported by this server: give ecosystem and name")},
		{"no purl", "POST", "/v1/query", purl("flask"), 400, failed(3, "invalid query: not a PURL")},

		{"batch", "POST", "/v1/querybatch", batch(pkg("Debian:12", "curl", "1"), pkg("Debian:12", "bash", "1"), pkg("Debian:99", "curl", "1"), pkg("PyPI", "flask", "1")), 200,
			`{"results":[{"vulns":[{"id":"A-1","modified":"2024-05-01T00:00:00Z"},{"id":"A-2","modified":"2024-05-01T00:00:00.5Z"}]},{},{},{"vulns":[{"id":"P-1","modified":"2024-05-01T00:00:00Z"}]}]}`},
		{"empty batch", "POST", "/v1/querybatch", "{}", 200, `{"results":[]}`},
		{"batch with an unknown ecosystem", "POST", "/v1/querybatch", batch(pkg("PyPI", "flask", "1"), pkg("Nonesuch:1", "curl", "1")), 400, failed(3, "error in query at index 1: invalid ecosystem")},
		{"batch with a bad query", "POST", "/v1/querybatch", batch(pkg("PyPI", "flask", "1"), "null"), 400, failed(3, "error in query at index 1: invalid query: no package name")},
		{"batch of 1,001", "POST", "/v1/querybatch", batch(strings.Split(strings.Repeat("{} ", 1000)+"{}", " ")...), 400, failed(3, "too many queries: 1001, more than 1000")},
		{"batch that is none", "POST", "/v1/querybatch", "[]", 400, failed(3, "the request is not a batch of queries in JSON")},
		{"GET of a batch", "GET", "/v1/querybatch", "", 405, failed(12, "this path answers POST")},

		{"other path", "GET", "/", "", 404, failed(5, "no such path")},
		{"path of another version", "GET", "/v2/vulns/A-1", "", 404, failed(5, "no such path")},
		{"path that is longer", "POST", "/v1/query/more", "", 404, failed(5, "no such path")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := do(h, tt.method, tt.path, tt.body)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			if diff := cmp.Diff(tt.want, w.Body.String()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("Content-Type %q", got)
			}
			if got := w.Header().Get("Allow"); (tt.status == 405) != (got != "") {
				t.Errorf("status %d with Allow %q", tt.status, got)
			}
		})
	}
}

func TestHead(t *testing.T) {
	server := httptest.NewServer(osvserver.New(store(), osvserver.Options{}))
	defer server.Close()
	resp, err := server.Client().Head(server.URL + "/v1/vulns/A-2")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) > 0 || resp.StatusCode != 200 || resp.ContentLength != int64(len(odd)) {
		t.Errorf("HEAD: status %d, length %d, body %q, %v", resp.StatusCode, resp.ContentLength, body, err)
	}
}

type page struct {
	Vulns []struct{ ID string } `json:"vulns"`
	Token string                `json:"next_page_token"`
}

func decode(t *testing.T, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
}

// many is a store of n records for each name, "a-000" and so on.
func many(n int, names ...string) *osvtest.Store {
	var records []string
	for _, name := range names {
		for i := range n {
			records = append(records, osvtest.Record(fmt.Sprintf("%s-%03d", name, i), day, "Debian:12", name, "1"))
		}
	}
	return osvtest.NewStore(records...)
}

func TestQueryPages(t *testing.T) {
	h := osvserver.New(many(7, "a"), osvserver.Options{PageSize: 3})
	var got [][]string
	for token := ""; ; {
		var p page
		decode(t, do(h, "POST", "/v1/query", fmt.Sprintf(`{"package":{"name":"a","ecosystem":"Debian:12"},"page_token":%q}`, token)), &p)
		var ids []string
		for _, v := range p.Vulns {
			ids = append(ids, v.ID)
		}
		got = append(got, ids)
		if token = p.Token; token == "" {
			break
		}
	}
	want := [][]string{{"a-000", "a-001", "a-002"}, {"a-003", "a-004", "a-005"}, {"a-006"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// A token is of one query: with another it would skip records.
func TestTokenOfAnotherQuery(t *testing.T) {
	h := osvserver.New(many(3, "a", "b"), osvserver.Options{PageSize: 1})
	var p page
	decode(t, do(h, "POST", "/v1/query", `{"package":{"name":"b","ecosystem":"Debian:12"}}`), &p)
	w := do(h, "POST", "/v1/query", fmt.Sprintf(`{"package":{"name":"a","ecosystem":"Debian:12"},"page_token":%q}`, p.Token))
	if w.Code != 400 {
		t.Errorf("status %d: %s, want 400", w.Code, w.Body)
	}
}

// A batch's answer is bounded as a whole, and every page moves every query on.
func TestBatchPages(t *testing.T) {
	var names []string
	for i := range 80 {
		names = append(names, fmt.Sprintf("p%02d", i))
	}
	h := osvserver.New(many(7, names...), osvserver.Options{PageSize: 3})
	got := map[string]int{}
	tokens := map[string]string{}
	pending := names
	for rounds := 0; len(pending) > 0; rounds++ {
		if rounds > 10 {
			t.Fatal("no end of pages")
		}
		var queries []string
		for _, name := range pending {
			queries = append(queries, fmt.Sprintf(`{"package":{"name":%q,"ecosystem":"Debian:12"},"page_token":%q}`, name, tokens[name]))
		}
		var answer struct{ Results []page }
		decode(t, do(h, "POST", "/v1/querybatch", `{"queries":[`+strings.Join(queries, ",")+`]}`), &answer)
		var next []string
		size := 0
		for i, name := range pending {
			size += len(answer.Results[i].Vulns)
			r := answer.Results[i]
			if len(r.Vulns) == 0 || len(r.Vulns) > 3 {
				t.Errorf("round %d: a page of %d", rounds, len(r.Vulns))
			}
			for _, v := range r.Vulns {
				if want := fmt.Sprintf("%s-%03d", name, got[name]); v.ID != want {
					t.Errorf("%s, want %s", v.ID, want)
				}
				got[name]++
			}
			if tokens[name] = r.Token; r.Token != "" {
				next = append(next, name)
			}
		}
		if size > 50*3+len(pending) {
			t.Errorf("round %d: %d records in one answer", rounds, size)
		}
		pending = next
	}
	for _, name := range names {
		if got[name] != 7 {
			t.Errorf("%d records of %s, want 7", got[name], name)
		}
	}
}

// Pages of whole records end early when they grow large.
func TestLargeRecordsMakeSmallPages(t *testing.T) {
	large := `{"id":"A-1","modified":"` + day + `","x_new":"` + strings.Repeat("x", 11<<20) +
		`","affected":[{"package":{"ecosystem":"Debian:12","name":"a"}}]}`
	small := osvtest.Record("A-2", day, "Debian:12", "a", "1")
	h := osvserver.New(osvtest.NewStore(large, small), osvserver.Options{})
	var p page
	decode(t, do(h, "POST", "/v1/query", `{"package":{"name":"a","ecosystem":"Debian:12"}}`), &p)
	if len(p.Vulns) != 1 || p.Token == "" {
		t.Errorf("a page of %d records, token %q, want 1 and a token", len(p.Vulns), p.Token)
	}
}

// A broken store is one that fails as told.
type broken struct {
	*osvtest.Store
	lookup, answer, record error
	answers                int // more than were asked for
}

func (b broken) Lookup(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	answers, err := b.Store.Lookup(ctx, qs)
	if b.answer != nil {
		answers[len(answers)-1] = advisories.Answer{Err: b.answer}
	}
	return append(answers, make([]advisories.Answer, b.answers)...), errors.Join(err, b.lookup)
}

func (b broken) Record(ctx context.Context, id string) (json.RawMessage, error) {
	raw, err := b.Store.Record(ctx, id)
	return raw, errors.Join(err, b.record)
}

func TestBrokenStore(t *testing.T) {
	secret := errors.New("/srv/osv.db: checksum")
	const query = `{"package":{"name":"curl","ecosystem":"Debian:12"},"version":"1"}`
	const twoQueries = `{"queries":[` + query + "," + query + `]}`
	for _, tt := range []struct {
		name               string
		store              broken
		method, path, body string
		want               string
	}{
		{"record", broken{record: secret}, "GET", "/v1/vulns/A-1", "", "the store failed"},
		{"lookup", broken{lookup: secret}, "POST", "/v1/querybatch", twoQueries, "the store failed"},
		{"record of a query", broken{record: secret}, "POST", "/v1/query", query, "the store failed"},
		{"listed and lost", broken{record: advisories.ErrNotFound}, "POST", "/v1/query", query, "the store failed"},
		{"too many answers", broken{answers: 1}, "POST", "/v1/query", query, "the store failed"},
		{"one answer", broken{answer: secret}, "POST", "/v1/querybatch", twoQueries, "error in query at index 1: the store could not answer it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			tt.store.Store = store()
			h := osvserver.New(tt.store, osvserver.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			w := do(h, tt.method, tt.path, tt.body)
			if w.Code != 500 {
				t.Errorf("status %d, want 500", w.Code)
			}
			if diff := cmp.Diff(failed(13, tt.want), w.Body.String()); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if log.Len() == 0 {
				t.Error("nothing was logged")
			}
		})
	}
}

func TestRequestThatEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	body := strings.NewReader(`{"package":{"name":"curl","ecosystem":"Debian:12"}}`)
	w := httptest.NewRecorder()
	osvserver.New(store(), osvserver.Options{}).ServeHTTP(w, httptest.NewRequest("POST", "/v1/query", body).WithContext(ctx))
	if w.Code != http.StatusGatewayTimeout {
		t.Errorf("status %d: %s, want 504", w.Code, w.Body)
	}
}
