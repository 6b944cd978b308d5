package osvdev

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

// recordKey names one state of a record.
type recordKey struct {
	id       string
	modified string // as the batch's answer said
}

// records keeps the records a client has fetched, in two generations of half
// the memory each: when the young one is full it becomes the old one, and what
// was old and has not been used since is let go.
type records struct {
	disk *disk
	half int // bytes of a generation

	mu     sync.Mutex
	young  map[recordKey]kept
	old    map[recordKey]kept
	size   int // bytes of young
	flying map[recordKey]*flight
}

// kept is a record in memory.
type kept struct {
	advisory *advisories.Advisory
	size     int // bytes of its JSON
}

// flight is a record being fetched, which others wait for.
type flight struct {
	landed   chan struct{} // closed when the rest is set
	advisory *advisories.Advisory
	err      error
	void     bool // the fetcher's context ended: others have to try themselves
}

func newRecords(d *disk, maxMemory int) *records {
	return &records{
		disk:   d,
		half:   maxMemory / 2,
		young:  map[recordKey]kept{},
		flying: map[recordKey]*flight{},
	}
}

// get gives a record from memory, from disk or from the server, which is asked
// by one caller for all that want the same at the same time.
func (r *records) get(ctx context.Context, key recordKey, fetch fetchFunc) (*advisories.Advisory, error) {
	for {
		r.mu.Lock()
		if k, ok := r.recall(key); ok {
			r.mu.Unlock()
			return k.advisory, nil
		}
		f, flying := r.flying[key]
		if !flying {
			f = &flight{landed: make(chan struct{})}
			r.flying[key] = f
		}
		r.mu.Unlock()
		if !flying {
			r.fly(ctx, key, f, fetch)
			return f.advisory, f.err
		}
		select {
		case <-f.landed:
			if !f.void {
				return f.advisory, f.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// recall finds a record in memory. The mutex is held.
func (r *records) recall(key recordKey) (kept, bool) {
	if k, ok := r.young[key]; ok {
		return k, true
	}
	k, ok := r.old[key]
	if ok {
		r.keep(key, k)
	}
	return k, ok
}

// fly fetches a record for all that wait for it.
func (r *records) fly(ctx context.Context, key recordKey, f *flight, fetch fetchFunc) {
	var size int
	f.advisory, size, f.err = r.load(ctx, key, fetch)
	f.void = f.err != nil && ctx.Err() != nil
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.flying, key)
	if f.err == nil {
		r.keep(key, kept{f.advisory, size})
	}
	close(f.landed)
}

// keep puts a record in memory. The mutex is held.
func (r *records) keep(key recordKey, k kept) {
	if r.size+k.size > r.half {
		r.old, r.young, r.size = r.young, map[recordKey]kept{}, 0
	}
	r.young[key] = k
	r.size += k.size
}

// load reads a record from disk, else from the server.
func (r *records) load(ctx context.Context, key recordKey, fetch fetchFunc) (*advisories.Advisory, int, error) {
	if body := r.disk.read(ctx, key); body != nil {
		if a, err := parse(key.id, body); err == nil && sameTime(a.Modified, key.modified) {
			return a, len(body), nil
		}
	}
	body, err := fetch(ctx, key.id)
	if err != nil {
		return nil, 0, err
	}
	a, err := parse(key.id, body)
	if err != nil {
		return nil, 0, fmt.Errorf("osvdev: %w: record %s: %w", ErrResponse, key.id, err)
	}
	if sameTime(a.Modified, key.modified) {
		r.disk.write(ctx, key, body)
	}
	return a, len(body), nil
}

// fetchFunc gets a record's JSON from the server.
type fetchFunc func(ctx context.Context, id string) ([]byte, error)

// fetch asks the server for a record.
func (l *lookup) fetch(ctx context.Context, id string) ([]byte, error) {
	body, err := l.do(ctx, request{method: http.MethodGet, path: osvapi.VulnsPath + url.PathEscape(id)})
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		err = fmt.Errorf("%w: %w", advisories.ErrNotFound, err)
	}
	return body, err
}

// parse reads a record and checks that it is the one asked for.
func parse(id string, body []byte) (*advisories.Advisory, error) {
	a, err := advisories.Parse(body)
	if err != nil {
		return nil, err
	}
	if a.ID != id {
		return nil, fmt.Errorf("it is %q", printable(a.ID))
	}
	return a, nil
}
