package osvdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/ecosystem"
)

// collected is what is kept in memory of a record between the two readings of
// a source: all but its JSON.
type collected struct {
	entry    exportEntry
	id       string
	modified time.Time
	sum      [sha256.Size]byte // of the JSON
	head     []byte            // value of the heads table
	parts    []part
}

// part is an entry of the packages table.
type part struct {
	ecosystem string
	key       string
	value     []byte
}

// collector reads all records of a source a first time.
type collector struct {
	export *export
	bytes  atomic.Int64
	done   func(n int) // counts entries, from several goroutines
}

// batch is how many entries one goroutine reads at a time.
const batch = 256

// collect reads every entry, in parallel. The results are in the order of the
// entries; those that are no records are told in problems.
func (c *collector) collect(ctx context.Context) (list []*collected, problems []Problem, err error) {
	entries := c.export.entries
	type result struct {
		list     []*collected
		problems []Problem
	}
	results := make([]result, (len(entries)+batch-1)/batch)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(min(maxWorkers, runtime.GOMAXPROCS(0)))
	i := 0
	for part := range slices.Chunk(entries, batch) {
		r := &results[i]
		i++
		group.Go(func() error {
			for _, e := range part {
				if err := ctx.Err(); err != nil {
					return err
				}
				rec, err := c.one(e)
				switch {
				case errors.Is(err, errTotal):
					return fmt.Errorf("%s: %w", e.source, err)
				case err != nil:
					r.problems = append(r.problems, Problem{Source: e.source, Entry: e.name, Err: err})
				default:
					r.list = append(r.list, rec)
				}
			}
			c.done(len(part))
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for _, r := range results {
		list = append(list, r.list...)
		problems = append(problems, r.problems...)
	}
	return list, problems, nil
}

// errTotal ends a build: the rest would be lost.
var errTotal = fmt.Errorf("all records together are larger than %d bytes: %w", int64(maxBytes), ErrLimit)

// one reads one record.
func (c *collector) one(e exportEntry) (*collected, error) {
	b, err := c.export.read(e)
	if err != nil {
		return nil, err
	}
	if c.bytes.Add(int64(len(b))) > maxBytes {
		return nil, errTotal
	}
	a, err := parseRecord(b)
	if err != nil {
		return nil, err
	}
	rec := &collected{entry: e, id: a.ID, modified: a.Modified.UTC(), sum: sha256.Sum256(b)}
	rec.head = bytes.Clone(appendHead(nil, a))
	rec.parts, err = parts(a)
	return rec, err
}

// maxKey bounds ids and names, which become keys.
const maxKey = 4 << 10

// parseRecord parses a record and checks that its id can be a key.
func parseRecord(b []byte) (*advisories.Advisory, error) {
	a, err := advisories.Parse(b)
	if err != nil {
		return nil, err
	}
	return a, checkKey("id", a.ID)
}

func checkKey(what, s string) error {
	if len(s) > maxKey {
		return fmt.Errorf("%s of %d bytes: %w", what, len(s), ErrLimit)
	}
	if strings.Contains(s, "\x00") {
		return fmt.Errorf("%s %q has a zero byte", what, s)
	}
	return nil
}

// parts splits what a record affects by package, in the order of the keys.
// Entries that name no package, which the schema allows for commits of a
// repository, cannot be asked for and have no part.
func parts(a *advisories.Advisory) ([]part, error) {
	type packageName struct{ ecosystem, name string }
	byName := map[packageName][]advisories.Affected{}
	for _, aff := range a.Affected {
		p := aff.Package
		if p.Ecosystem == "" && p.Name == "" {
			continue
		}
		if err := errors.Join(checkKey("ecosystem", p.Ecosystem), checkKey("package name", p.Name)); err != nil {
			return nil, err
		}
		n := packageName{p.Ecosystem, ecosystem.CanonicalName(p.Ecosystem, p.Name)}
		byName[n] = append(byName[n], aff)
	}
	list := make([]part, 0, len(byName))
	for n, affected := range byName {
		key := appendPackageKey(nil, n.ecosystem, n.name)
		list = append(list, part{
			ecosystem: n.ecosystem,
			key:       string(append(key, a.ID...)),
			value:     bytes.Clone(appendAffected(nil, n.name, a.Withdrawn, affected)),
		})
	}
	slices.SortFunc(list, func(a, b part) int { return strings.Compare(a.key, b.key) })
	return list, nil
}
