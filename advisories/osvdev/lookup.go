package osvdev

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/advisories"
)

// maxFailures is how many requests may fail in a row, each after all its
// attempts, before the rest of a Lookup is given up: a server that is down is
// not asked for two thousand records one after the other.
const maxFailures = 20

// lookup is the state of one Lookup. Its asks are worked on by one goroutine
// each at a time; what they share is behind the mutex.
type lookup struct {
	*Client

	mu       sync.Mutex
	reached  bool  // some request reached the server
	failures int   // requests in a row that failed and could have been answered
	down     error // why no further request is made; nil: they are
}

// run answers the queries. When the context ends it returns early and what it
// returns is void.
func (l *lookup) run(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	asks, byQuery := distinct(qs)
	l.askAll(ctx, asks)
	if !l.reached && errors.Is(l.down, ErrUnreachable) {
		return nil, l.down
	}
	l.checkCoverage(ctx, asks)
	records := l.fetchAll(ctx, asks)
	answers := make([]advisories.Answer, len(qs))
	for i, q := range qs {
		answers[i] = byQuery[q].answer(records)
	}
	return answers, nil
}

// distinct gives one ask for each distinct query, in the order they first come.
func distinct(qs []advisories.Query) ([]*ask, map[advisories.Query]*ask) {
	var asks []*ask
	byQuery := make(map[advisories.Query]*ask, len(qs))
	for _, q := range qs {
		if byQuery[q] == nil {
			a := newAsk(q)
			a.err = checkQuery(q)
			byQuery[q] = a
			asks = append(asks, a)
		}
	}
	return asks, byQuery
}

// do makes a request, unless the lookup has been given up.
func (l *lookup) do(ctx context.Context, r request) ([]byte, error) {
	l.mu.Lock()
	down := l.down
	l.mu.Unlock()
	if down != nil {
		return nil, down
	}
	body, err := l.exchange(ctx, r)
	if ctx.Err() == nil {
		l.note(err)
	}
	return body, err
}

// note learns from the outcome of a request whether more make sense.
func (l *lookup) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unreachable := errors.Is(err, ErrUnreachable)
	l.reached = l.reached || !unreachable
	if err == nil || !temporary(err) {
		l.failures = 0
		return
	}
	l.failures++
	if l.down == nil && (unreachable && !l.reached || l.failures >= maxFailures) {
		l.down = err
	}
}

// fetched is a record, or why there is none.
type fetched struct {
	advisory *advisories.Advisory
	err      error
}

// fetchAll fetches every record that the answered asks found, each once.
func (l *lookup) fetchAll(ctx context.Context, asks []*ask) map[recordKey]fetched {
	wanted := map[recordKey]bool{}
	for _, a := range asks {
		if a.err == nil {
			for id, modified := range a.found {
				wanted[recordKey{id, modified}] = true
			}
		}
	}
	keys := slices.Collect(maps.Keys(wanted))
	got := make([]fetched, len(keys))
	l.each(ctx, len(keys), func(i int) {
		got[i].advisory, got[i].err = l.records.get(ctx, keys[i], l.fetch)
	})
	records := make(map[recordKey]fetched, len(keys))
	for i, key := range keys {
		records[key] = got[i]
	}
	return records
}

// each calls f for 0 to n-1, as many at a time as requests may be in flight,
// and stops early at the context's end.
func (l *lookup) each(ctx context.Context, n int, f func(i int)) {
	var group errgroup.Group
	group.SetLimit(cap(l.slots))
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			f(i)
			return nil
		})
	}
	_ = group.Wait() // f tells its errors where they belong
}

// answer is the answer to the ask's query. One record that could not be had
// makes it an error: the missing one may be the one that matters.
func (a *ask) answer(records map[recordKey]fetched) advisories.Answer {
	if a.err != nil {
		return advisories.Answer{Err: a.err}
	}
	var answer advisories.Answer
	var missing []error
	for _, id := range slices.Sorted(maps.Keys(a.found)) {
		r := records[recordKey{id, a.found[id]}]
		if r.err != nil {
			missing = append(missing, r.err)
			continue
		}
		answer.Advisories = append(answer.Advisories, r.advisory)
	}
	if len(missing) > 0 {
		answer.Err = fmt.Errorf("%d of %d records not fetched, the first: %w", len(missing), len(a.found), missing[0])
	}
	return answer
}
