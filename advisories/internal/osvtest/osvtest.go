// Package osvtest is what the tests of OSV's client and server share: a store
// in memory, and transports that need no network and so no real time.
package osvtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/advisories"
)

// Store holds records in memory. It covers the ecosystems its records name.
type Store struct {
	raw       map[string]json.RawMessage
	covered   map[string]bool                      // ecosystems
	byPackage map[[2]string][]*advisories.Advisory // ecosystem and name; by id
}

// NewStore makes a store of records in JSON. It panics where one is not valid.
func NewStore(records ...string) *Store {
	s := &Store{
		raw:       map[string]json.RawMessage{},
		covered:   map[string]bool{},
		byPackage: map[[2]string][]*advisories.Advisory{},
	}
	for _, text := range records {
		a, err := advisories.Parse([]byte(text))
		if err != nil {
			panic(fmt.Sprintf("osvtest: record %s: %v", text, err))
		}
		s.add(a, json.RawMessage(text))
	}
	for _, list := range s.byPackage {
		slices.SortFunc(list, func(a, b *advisories.Advisory) int { return strings.Compare(a.ID, b.ID) })
	}
	return s
}

func (s *Store) add(a *advisories.Advisory, raw json.RawMessage) {
	s.raw[a.ID] = raw
	for _, e := range a.Affected {
		s.covered[e.Package.Ecosystem] = true
		key := [2]string{e.Package.Ecosystem, e.Package.Name}
		if list := s.byPackage[key]; !slices.Contains(list, a) {
			s.byPackage[key] = append(list, a)
		}
	}
}

// Record makes a record of one package whose given versions are affected.
func Record(id, modified, ecosystem, name string, versions ...string) string {
	text, err := json.Marshal(map[string]any{
		"id": id, "modified": modified,
		"affected": []any{map[string]any{
			"package":  map[string]string{"ecosystem": ecosystem, "name": name},
			"versions": versions,
		}},
	})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Name is "memory".
func (s *Store) Name() string { return "memory" }

// Lookup gives all records of each query's package.
func (s *Store) Lookup(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answers := make([]advisories.Answer, len(qs))
	for i, q := range qs {
		answers[i].Advisories = s.byPackage[[2]string{q.Ecosystem, q.Name}]
		if !s.covered[q.Ecosystem] {
			answers[i].Err = fmt.Errorf("%w: ecosystem %q", advisories.ErrNotCovered, q.Ecosystem)
		}
	}
	return answers, nil
}

// Record gives a record as it was put in.
func (s *Store) Record(_ context.Context, id string) (json.RawMessage, error) {
	raw, ok := s.raw[id]
	if !ok {
		return nil, fmt.Errorf("%w: %s", advisories.ErrNotFound, id)
	}
	return raw, nil
}

// RoundTripper is a transport that is a function.
type RoundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Client makes a client of the transport.
func (f RoundTripper) Client() *http.Client { return &http.Client{Transport: f} }

// Serve is a transport that has a handler answer, without a network.
func Serve(h http.Handler) RoundTripper {
	return func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		in := r.Clone(r.Context())
		if in.Body == nil {
			in.Body = http.NoBody
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, in)
		resp := w.Result()
		resp.Request = r
		return resp, in.Body.Close()
	}
}

// Respond makes a response.
func Respond(status int, body io.Reader) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1,
	}
}

// Broken reads as text and then fails with err, as a connection does that is
// cut in the middle.
func Broken(text string, err error) io.Reader {
	return io.MultiReader(strings.NewReader(text), errReader{err})
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// Slow reads as text and then hangs until the context ends.
func Slow(ctx context.Context, text string) io.Reader {
	return io.MultiReader(strings.NewReader(text), hang{ctx})
}

type hang struct{ ctx context.Context }

func (h hang) Read([]byte) (int, error) {
	<-h.ctx.Done()
	return 0, h.ctx.Err()
}

// PoisonNetwork makes the default transport fail, and every request that leaves
// loopback go to a proxy that is not there. Call it in TestMain.
func PoisonNetwork() error {
	http.DefaultTransport = RoundTripper(func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("a test uses the default transport for " + r.URL.Host)
	})
	const nobody = "http://127.0.0.1:1"
	return errors.Join(
		os.Setenv("HTTP_PROXY", nobody), os.Setenv("HTTPS_PROXY", nobody),
		os.Setenv("http_proxy", nobody), os.Setenv("https_proxy", nobody),
		os.Setenv("NO_PROXY", ""), os.Setenv("no_proxy", ""))
}
