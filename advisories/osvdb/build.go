package osvdb

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
)

// BuildOptions are the choices of [Build]. The zero value is ready for use.
type BuildOptions struct {
	// AsOf is when the source was fetched: the moment whose knowledge the
	// database then holds. Zero: the latest Modified among the records.
	AsOf time.Time
	// Builder is kept in the database's info, say the name and version of the
	// program that builds. It may be empty.
	Builder string
	// Progress, where set, is called now and then with the work done and the
	// work there is, in a unit of no meaning. Calls do not overlap.
	Progress func(done, total int)
}

// Stats says what [Build] did.
type Stats struct {
	Info // of the new database
	// Size is the length of the new file in bytes.
	Size int64
	// Superseded counts records that were left out because the source has
	// another of the same id, with a later or equal Modified and another body.
	Superseded int
	// Problems are the records that were refused, in the order of the source:
	// the first 1,000 of them. Info.Refused counts all.
	Problems []Problem
	// Absent are the ecosystems that the source's ecosystems.txt names and
	// that have no folder. The database knows only what other ecosystems'
	// records say of them, mostly nothing: queries are then not covered.
	Absent []string
}

// Problem is one record of a source that was refused.
type Problem struct {
	Source string // the zip or folder
	Entry  string // the file in it
	Err    error  // why
}

// Error says which record and why.
func (p Problem) Error() string { return fmt.Sprintf("%s: %q: %v", p.Source, p.Entry, p.Err) }

// Unwrap gives the cause.
func (p Problem) Unwrap() error { return p.Err }

const maxProblems = 1000

// Build makes the database file dst of the records in src, which is a folder
// in the layout of OSV's export bucket: ECOSYSTEM/all.zip, or ECOSYSTEM/*.json
// where there is no zip, or either without a folder for a single ecosystem.
//
// A record that cannot be read is counted, told in Stats.Problems, and left
// out; a zip that cannot be opened is an error, for a whole ecosystem would be
// missing. On any error the file that was at dst stays as it was. Else the new
// file takes its place at once: programs that have the old one open keep it
// (Windows refuses to replace a file that is open). A record that is found
// several times is kept once, in its latest form.
//
// The same source and options give the same bytes.
func Build(ctx context.Context, dst string, src fs.FS, opts BuildOptions) (stats Stats, err error) {
	x := &export{fsys: src}
	defer x.close()
	if err := x.list(); err != nil {
		return Stats{}, err
	}
	p := &progress{total: 2 * len(x.entries), report: opts.Progress}
	c := collector{export: x, done: p.add}
	list, problems, err := c.collect(ctx)
	if err != nil {
		return Stats{}, err
	}
	if len(list) == 0 {
		return Stats{}, errors.Join(append([]error{ErrEmpty}, asErrors(problems, 10)...)...)
	}
	stats.Absent = x.absent
	stats.Problems = problems[:min(len(problems), maxProblems)]
	list, stats.Superseded = unique(list)
	b := builder{export: x, list: list, progress: p}
	b.info = Info{Format: formatVersion, Builder: opts.Builder, AsOf: opts.AsOf.UTC(), Records: len(list), Refused: len(problems)}
	stats.Size, err = replace(dst, func(w io.WriteSeeker) error { return b.write(ctx, w) })
	stats.Info = b.info
	return stats, err
}

func asErrors(problems []Problem, n int) (errs []error) {
	for _, p := range problems[:min(len(problems), n)] {
		errs = append(errs, p)
	}
	return errs
}

// unique sorts records by id and keeps one of each: the latest, and of equally
// late ones the one with the higher sum, so that the order of a source's
// folders does not matter.
func unique(list []*collected) (kept []*collected, superseded int) {
	slices.SortFunc(list, func(a, b *collected) int {
		return cmp.Or(strings.Compare(a.id, b.id), b.modified.Compare(a.modified), slices.Compare(b.sum[:], a.sum[:]))
	})
	for _, r := range list {
		switch last := len(kept) - 1; {
		case last < 0 || kept[last].id != r.id:
			kept = append(kept, r)
		case kept[last].sum != r.sum:
			superseded++
		}
	}
	return kept, superseded
}

// builder writes collected records to a file.
type builder struct {
	export   *export
	list     []*collected // by id, each once
	progress *progress
	info     Info
}

func (b *builder) write(ctx context.Context, dst io.WriteSeeker) error {
	w, err := newFileWriter(dst)
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, *fileWriter) error{b.packages, b.ecosystems, b.heads, b.records} {
		if err := step(ctx, w); err != nil {
			return err
		}
	}
	return w.finish(b.info)
}

func (b *builder) packages(ctx context.Context, w *fileWriter) error {
	var all []part
	for _, r := range b.list {
		all = append(all, r.parts...)
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.key, b.key) })
	t := w.table(packages)
	var last string
	for _, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if name := p.key[:strings.LastIndexByte(p.key, 0)]; name != last {
			b.info.Packages++
			last = name
		}
		if err := t.add(p.key, p.value); err != nil {
			return err
		}
	}
	return t.finish()
}

func (b *builder) ecosystems(_ context.Context, w *fileWriter) error {
	byName := map[string]*Ecosystem{}
	for _, r := range b.list {
		b.info.Newest = later(b.info.Newest, r.modified)
		last := ""
		for i, p := range r.parts { // sorted: an ecosystem's stand together
			if i > 0 && p.ecosystem == last {
				continue
			}
			last = p.ecosystem
			e := byName[p.ecosystem]
			if e == nil {
				e = &Ecosystem{Name: p.ecosystem}
				byName[p.ecosystem] = e
			}
			e.Records++
			e.Newest = later(e.Newest, r.modified)
		}
	}
	b.info.Ecosystems = len(byName)
	if b.info.AsOf.IsZero() {
		b.info.AsOf = b.info.Newest
	}
	t := w.table(ecosystems)
	for _, e := range sortedByName(byName) {
		if err := t.add(e.Name, appendEcosystem(nil, *e)); err != nil {
			return err
		}
	}
	return t.finish()
}

func sortedByName(m map[string]*Ecosystem) []*Ecosystem {
	list := make([]*Ecosystem, 0, len(m))
	for _, e := range m {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *Ecosystem) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (b *builder) heads(ctx context.Context, w *fileWriter) error {
	t := w.table(heads)
	for _, r := range b.list {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.add(r.id, r.head); err != nil {
			return err
		}
	}
	return t.finish()
}

// records reads each record a second time, rather than to keep all in memory.
func (b *builder) records(ctx context.Context, w *fileWriter) error {
	t := w.table(records)
	for i, r := range b.list {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw, err := b.export.read(r.entry)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", r.entry.source, r.entry.name, err)
		}
		if sha256.Sum256(raw) != r.sum {
			return fmt.Errorf("%s: %q: changed while the database was built", r.entry.source, r.entry.name)
		}
		if err := t.add(r.id, raw); err != nil {
			return err
		}
		if i%batch == 0 {
			b.progress.add(batch)
		}
	}
	return t.finish()
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// progress counts work done. It is safe for concurrent use.
type progress struct {
	total  int
	report func(done, total int) // may be nil

	mu   sync.Mutex
	done int
}

func (p *progress) add(n int) {
	if p.report == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = min(p.done+n, p.total)
	p.report(p.done, p.total)
}
