package osvdev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/osv-scanner/pkg/osv"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

const (
	maxField = 2048    // bytes of a query's field
	maxPages = 1000    // of one query's answer
	maxFound = 100_000 // records of one query
	maxToken = 16 << 10
	maxID    = 512
	// maxRefusals is how many queries the server may refuse of one batch, one
	// after the other, before the rest of the batch is given up.
	maxRefusals = 200
)

// ask is one distinct query and what has come back for it.
type ask struct {
	query advisories.Query
	err   error             // why there is no answer
	found map[string]string // the records of all pages: id, and modified
	pages int
	token string          // of the next page; empty: there is none
	seen  map[string]bool // tokens
	// stalled says that the last page was empty and its token the one sent:
	// the server had not come to the query yet.
	stalled bool
}

func newAsk(q advisories.Query) *ask {
	return &ask{query: q, found: map[string]string{}, seen: map[string]bool{}}
}

// checkQuery refuses what cannot be asked as it is.
func checkQuery(q advisories.Query) error {
	for _, f := range []struct{ name, value string }{
		{"ecosystem", q.Ecosystem}, {"name", q.Name}, {"version", q.Version},
	} {
		switch {
		case f.value == "" && f.name != "version":
			return fmt.Errorf("osvdev: query without %s", f.name)
		case len(f.value) > maxField:
			return fmt.Errorf("osvdev: query whose %s has %d bytes, more than %d", f.name, len(f.value), maxField)
		case !utf8.ValidString(f.value):
			return fmt.Errorf("osvdev: query whose %s %q is not UTF-8", f.name, f.value)
		}
	}
	return nil
}

// askAll asks everything that is not refused yet.
func (l *lookup) askAll(ctx context.Context, asks []*ask) {
	asks = slices.DeleteFunc(slices.Clone(asks), (*ask).failed)
	chunks := slices.Collect(slices.Chunk(asks, osvapi.MaxQueries))
	l.each(ctx, len(chunks), func(i int) {
		b := batch{lookup: l}
		b.pages(ctx, chunks[i])
	})
}

func (a *ask) failed() bool { return a.err != nil }
func (a *ask) done() bool   { return a.err != nil || a.token == "" }

// batch is queries that are asked together, until each is answered or failed.
type batch struct {
	*lookup
	refusals int // queries the server has refused so far
}

// pages asks for page after page, each time only for the answers that go on.
func (b *batch) pages(ctx context.Context, asks []*ask) {
	for len(asks) > 0 {
		b.page(ctx, asks)
		asks = slices.DeleteFunc(slices.Clone(asks), (*ask).done)
	}
}

// page asks for one page of each answer. A query that the server refuses is
// taken out and the rest asked again; where the server does not say which query
// it means, it is looked for by halves.
func (b *batch) page(ctx context.Context, asks []*ask) {
	asks = slices.Clone(asks)
	for len(asks) > 0 {
		results, err := b.post(ctx, asks)
		if err == nil {
			for i, r := range results {
				asks[i].add(r)
			}
			failStalled(asks)
			return
		}
		bad, refused := refusal(err, len(asks))
		if refused {
			b.refusals++
		}
		switch {
		case !refused || b.refusals > maxRefusals:
			fail(asks, err)
			return
		case bad >= 0:
			asks = blame(asks, bad, err)
		default:
			half := len(asks) / 2
			b.page(ctx, asks[:half])
			asks = asks[half:]
		}
	}
}

// refusal says whether the server refused a batch of n for one of its queries,
// and which: -1 where it cannot be told.
func refusal(err error, n int) (bad int, refused bool) {
	var status *StatusError
	if !errors.As(err, &status) {
		return -1, false
	}
	i, ok := osvapi.BadIndex(status.Message)
	switch {
	case ok && i < n:
		return i, true
	case status.Code != http.StatusBadRequest && status.Code != http.StatusRequestEntityTooLarge:
		return -1, false
	case n == 1:
		return 0, true
	}
	return -1, true
}

// blame fails the ask at index bad, and gives the others. What is wrong with
// its ecosystem is wrong with that of every other ask of the same ecosystem.
func blame(asks []*ask, bad int, err error) []*ask {
	var status *StatusError
	if !errors.As(err, &status) || !strings.Contains(status.Message, osvapi.InvalidEcosystem) {
		asks[bad].err = err
		return slices.Delete(asks, bad, bad+1)
	}
	ecosystem := asks[bad].query.Ecosystem
	return slices.DeleteFunc(asks, func(a *ask) bool {
		if a.query.Ecosystem != ecosystem {
			return false
		}
		a.err = fmt.Errorf("%w: %w", advisories.ErrNotCovered, err)
		return true
	})
}

func fail(asks []*ask, err error) {
	for _, a := range asks {
		a.err = err
	}
}

// post sends one batch and checks that its answer has a result for each query.
func (l *lookup) post(ctx context.Context, asks []*ask) ([]osvapi.Result, error) {
	var question osvapi.Batch
	for _, a := range asks {
		question.Queries = append(question.Queries, osvapi.Query{
			Query: osv.Query{
				Package: osv.Package{Ecosystem: a.query.Ecosystem, Name: a.query.Name},
				Version: a.query.Version,
			},
			PageToken: a.token,
		})
	}
	body, err := json.Marshal(question)
	if err != nil {
		return nil, fmt.Errorf("osvdev: %w", err)
	}
	data, err := l.do(ctx, request{method: http.MethodPost, path: osvapi.BatchPath, body: body})
	if err != nil {
		return nil, err
	}
	var answer osvapi.BatchAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("osvdev: %s: %w: %w", osvapi.BatchPath, ErrResponse, err)
	}
	if len(answer.Results) != len(asks) {
		return nil, fmt.Errorf("osvdev: %s: %w: %d results for %d queries",
			osvapi.BatchPath, ErrResponse, len(answer.Results), len(asks))
	}
	return answer.Results, nil
}

// add takes a page in.
func (a *ask) add(r osvapi.Result) {
	a.pages++
	for _, v := range r.Vulns {
		if err := checkID(v.ID); err != nil {
			a.err = err
			return
		}
		a.found[v.ID] = v.Modified
	}
	a.stalled = len(r.Vulns) == 0 && r.NextPageToken != "" && r.NextPageToken == a.token
	a.token = r.NextPageToken
	a.err = a.checkProgress()
}

// checkProgress refuses an answer that would never end.
func (a *ask) checkProgress() error {
	switch {
	case len(a.found) > maxFound:
		return a.endless(fmt.Sprintf("more than %d records for one query", maxFound))
	case a.token == "":
		return nil
	case a.pages >= maxPages:
		return a.endless(fmt.Sprintf("more than %d pages for one query", maxPages))
	case len(a.token) > maxToken:
		return a.endless(fmt.Sprintf("a page token of %d bytes", len(a.token)))
	case a.seen[a.token] && !a.stalled:
		return a.endless(repeated)
	}
	a.seen[a.token] = true
	return nil
}

const repeated = "a page token that came before"

func (a *ask) endless(why string) error {
	return fmt.Errorf("osvdev: %s %q: %w: %s", a.query.Ecosystem, a.query.Name, ErrResponse, why)
}

// failStalled refuses a batch's page that moved none of its queries on. While
// some move, the others may have to wait.
func failStalled(asks []*ask) {
	if slices.ContainsFunc(asks, func(a *ask) bool { return !a.stalled }) {
		return
	}
	for _, a := range asks {
		a.err = a.endless(repeated)
	}
}

// checkID refuses ids that would ask for something else than a record.
func checkID(id string) error {
	if id == "" || id == "." || id == ".." || len(id) > maxID || printable(id) != id {
		return fmt.Errorf("osvdev: %w: the id %q", ErrResponse, id[:min(len(id), maxID)])
	}
	return nil
}
