package osvserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/osv-scanner/pkg/osv"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

const (
	// batchPages is how many full pages a batch's answer holds at most, over
	// all its queries: about 4 MB. (api.osv.dev has 3. But every further page
	// means to look everything up again that is not finished.)
	batchPages = 50
	// softPage is how many bytes of records end a page of whole records early.
	softPage = 10 << 20
)

// query answers one query with a page of whole records.
func (s *server) query(ctx context.Context, body []byte) ([]byte, error) {
	var q osvapi.Query
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, badRequest("the request is not a query in JSON")
	}
	asked, err := parseQuestion(q)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	candidates, err := s.lookup(ctx, []question{asked}, func(_ int, message string) string { return message })
	if err != nil {
		return nil, err
	}
	hits, more := affecting(asked, candidates[0], s.pageSize)
	return s.wholePage(ctx, asked, hits, more)
}

// wholePage writes records as they are stored, with what else the answer holds
// around them.
func (s *server) wholePage(ctx context.Context, asked question, hits []*advisories.Advisory, more bool) ([]byte, error) {
	if len(hits) == 0 {
		return []byte("{}"), nil
	}
	var out bytes.Buffer
	out.WriteString(`{"vulns":[`)
	n := 0
	for n < len(hits) && out.Len() < softPage {
		raw, err := s.store.Record(ctx, hits[n].ID)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", hits[n].ID, err)
		}
		if n > 0 {
			out.WriteByte(',')
		}
		out.Write(raw)
		n++
	}
	out.WriteByte(']')
	if more || n < len(hits) {
		// The token's letters need no escaping.
		fmt.Fprintf(&out, `,"next_page_token":"%s"`, makeToken(asked.query, hits[n-1].ID))
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// batch answers several queries with pages of ids.
func (s *server) batch(ctx context.Context, body []byte) ([]byte, error) {
	var b osvapi.Batch
	if err := json.Unmarshal(body, &b); err != nil {
		return nil, badRequest("the request is not a batch of queries in JSON")
	}
	if len(b.Queries) > osvapi.MaxQueries {
		return nil, badRequest(fmt.Sprintf("too many queries: %d, more than %d", len(b.Queries), osvapi.MaxQueries))
	}
	asked := make([]question, len(b.Queries))
	for i, q := range b.Queries {
		var err error
		if asked[i], err = parseQuestion(q); err != nil {
			return nil, badRequest(osvapi.AtIndex(i, err.Error()))
		}
	}
	candidates, err := s.lookup(ctx, asked, osvapi.AtIndex)
	if err != nil {
		return nil, err
	}
	answer := osvapi.BatchAnswer{Results: make([]osvapi.Result, len(asked))}
	room := batchPages * s.pageSize
	for i := range asked {
		// At least one of each, so that every page moves every query on.
		hits, more := affecting(asked[i], candidates[i], min(s.pageSize, max(room, 1)))
		answer.Results[i] = idPage(asked[i], hits, more)
		room -= len(hits)
	}
	return json.Marshal(answer)
}

func idPage(asked question, hits []*advisories.Advisory, more bool) osvapi.Result {
	var r osvapi.Result
	for _, a := range hits {
		v := osvapi.Vuln{MinimalVulnerability: osv.MinimalVulnerability{ID: a.ID}}
		if !a.Modified.IsZero() {
			v.Modified = a.Modified.UTC().Format(time.RFC3339Nano)
		}
		r.Vulns = append(r.Vulns, v)
	}
	if more {
		r.NextPageToken = makeToken(asked.query, hits[len(hits)-1].ID)
	}
	return r
}

// lookup gives for each question what the store has for it. Its failures blame the question at fault, in the words of blame.
func (s *server) lookup(ctx context.Context, asked []question, blame func(int, string) string) ([][]*advisories.Advisory, error) {
	queries := make([]advisories.Query, len(asked))
	for i, a := range asked {
		queries[i] = a.query
	}
	answers, err := s.store.Lookup(ctx, queries)
	if err != nil {
		return nil, err
	}
	if len(answers) != len(asked) {
		return nil, fmt.Errorf("%d answers to %d queries", len(answers), len(asked))
	}
	candidates := make([][]*advisories.Advisory, len(asked))
	for i, a := range answers {
		_, known := ecosystem.Get(queries[i].Ecosystem)
		switch {
		case errors.Is(a.Err, advisories.ErrNotCovered) && !known:
			return nil, badRequest(blame(i, osvapi.InvalidEcosystem))
		case errors.Is(a.Err, advisories.ErrNotCovered):
			// An unknown release is answered with nothing, as OSV does.
		case a.Err != nil:
			s.log.LogAttrs(ctx, slog.LevelError, "osvserver: the store could not answer a query",
				slog.Any("query", queries[i]), slog.Any("error", a.Err))
			return nil, internal(blame(i, "the store could not answer it"))
		default:
			candidates[i] = a.Advisories
		}
	}
	return candidates, nil
}

// affecting picks, of the records after the question's last page, those in
// force that affect the version: at most limit, and whether there are more.
// Where a record cannot be evaluated it is kept: the client decides.
func affecting(asked question, candidates []*advisories.Advisory, limit int) (hits []*advisories.Advisory, more bool) {
	from, _ := slices.BinarySearchFunc(candidates, asked.after, func(a *advisories.Advisory, after string) int {
		if a.ID == after {
			return -1 // the page comes after it
		}
		return strings.Compare(a.ID, after)
	})
	for _, a := range candidates[from:] {
		if !affects(a, asked.query) {
			continue
		}
		if len(hits) == limit {
			return hits, true
		}
		hits = append(hits, a)
	}
	return hits, false
}

func affects(a *advisories.Advisory, q advisories.Query) bool {
	if !a.Withdrawn.IsZero() {
		return false
	}
	if q.Version == "" {
		return true
	}
	match, err := advisories.Affects(a, q)
	return match.Affected || err != nil
}
