package apt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/internal/read"
)

// offers reads the lists, several at once, and gives what they offer of the
// installed packages, by package, in the order of the lists.
func (c *collection) offers(ctx context.Context, indexes []*index, packages []inventory.Package) (map[string][]offer, error) {
	names := make(map[string]bool, len(packages))
	for _, p := range packages {
		names[p.Name] = true
	}
	scanners := make([]*scanner, len(indexes))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, x := range indexes {
		s := &scanner{index: x, names: names}
		scanners[i] = s
		group.Go(func() error {
			if err := guard(func() error { return c.scan(ctx, s) }); err != nil {
				s.problem("", err)
			}
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := map[string][]offer{}
	for _, s := range scanners {
		for _, o := range s.found {
			all[o.name] = append(all[o.name], o)
		}
		for _, p := range s.problems.List() {
			c.problems.Add(p)
		}
	}
	return all, nil
}

// scan reads one list to its end. What it found before an error is in s.
func (c *collection) scan(ctx context.Context, s *scanner) (err error) {
	file, _, err := read.Open(c.fsys, s.index.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stored := &limited{r: read.WithContext(ctx, file)}
	err = s.index.format.copy(s, stored)
	if err == nil && stored.n == 0 && s.index.format.extension != "" {
		err = io.ErrUnexpectedEOF // even of an empty list something is stored
	}
	if err != nil {
		return fmt.Errorf("the list is read up to byte %d: %w", s.size, err)
	}
	s.close()
	if size, ok := s.index.release.size(s.index.key); ok && size != s.size {
		return fmt.Errorf("the list has %d bytes, but its Release file (%s) says %d", s.size, s.index.release.path, size)
	}
	return nil
}
