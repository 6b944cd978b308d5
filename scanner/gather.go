package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/purl"
)

// Gather asks every backend about the target. The inventory is nil only with
// an error, and the error is only for the context's end or a nil target:
// backends that fail are in the inventory's coverage.
func (s *Scanner) Gather(ctx context.Context, t *inventory.Target) (*inventory.Inventory, error) {
	if t == nil || t.FS == nil {
		return nil, fmt.Errorf("%w: the target has no file system", ErrOptions)
	}
	results := make([]inventory.Result, len(s.opts.Backends))
	errs := make([]error, len(s.opts.Backends))
	var g errgroup.Group
	g.SetLimit(s.opts.Concurrency)
	for i, b := range s.opts.Backends {
		g.Go(func() error {
			s.opts.Progress(Progress{Part: partBackend, Name: b.Name()})
			results[i], errs[i] = collect(ctx, b, t)
			s.opts.Progress(Progress{Part: partBackend, Name: b.Name(), Done: true})
			return nil
		})
	}
	_ = g.Wait() // each backend's error stands in errs
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	inv := &inventory.Inventory{
		SchemaVersion: inventory.SchemaVersion,
		Tool:          s.opts.Tool,
		CollectedAt:   s.now(),
		Host:          t.Host,
		Packages:      []inventory.Package{},
		Updates:       []inventory.Update{},
		Coverage:      []inventory.Coverage{hostCoverage(t)},
	}
	for i, b := range s.opts.Backends {
		inv.Packages = append(inv.Packages, results[i].Packages...)
		inv.Updates = append(inv.Updates, results[i].Updates...)
		c := backendCoverage(b.Name(), results[i], errs[i])
		inv.Coverage = append(inv.Coverage, c)
		s.opts.Logger.LogAttrs(ctx, levelOf(c.Status), "backend done",
			attr("backend", c.Name), attr("status", string(c.Status)), attr("reason", c.Reason))
	}
	inv.Coverage = append(inv.Coverage, unseen(inv.Coverage)...)
	finish(inv)
	return inv, nil
}

// collect runs one backend and turns a panic of it into its failure: one
// broken backend must not take the others' results away.
func collect(ctx context.Context, b inventory.Backend, t *inventory.Target) (r inventory.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			r, err = inventory.Result{}, fmt.Errorf("panic: %v", p)
		}
	}()
	return b.Collect(ctx, t)
}

// finish orders the inventory and fills what follows from the rest.
func finish(inv *inventory.Inventory) {
	for i := range inv.Packages {
		p := &inv.Packages[i]
		p.PURL = purl.Of(inv.Host.OS, *p)
		if p.Locations == nil {
			p.Locations = []string{}
		}
	}
	for i := range inv.Updates {
		if inv.Updates[i].Locations == nil {
			inv.Updates[i].Locations = []string{}
		}
	}
	slices.SortStableFunc(inv.Packages, func(a, b inventory.Package) int {
		return cmp.Or(cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Arch, b.Arch))
	})
	slices.SortStableFunc(inv.Updates, func(a, b inventory.Update) int {
		return cmp.Or(cmp.Compare(a.Backend, b.Backend), cmp.Compare(a.Package, b.Package),
			cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.Version, b.Version))
	})
}

// backendCoverage says what one backend could see.
func backendCoverage(name string, r inventory.Result, err error) inventory.Coverage {
	c := inventory.Coverage{
		Part: partBackend, Name: name, Status: inventory.StatusOK,
		Count: len(r.Packages) + len(r.Updates), Notes: r.Notes,
	}
	switch {
	case errors.Is(err, inventory.ErrAbsent):
		c.Status, c.Reason, c.Notes = inventory.StatusAbsent, err.Error(), nil
	case errors.Is(err, inventory.ErrUnsupported):
		c.Status, c.Reason = inventory.StatusUnsupported, err.Error()
	case err != nil && c.Count == 0:
		c.Status, c.Reason = inventory.StatusFailed, err.Error()
	case err != nil:
		c.Status, c.Reason = inventory.StatusPartial, err.Error()
	}
	addProblems(&c, r.Problems)
	return c
}

// unseen gives an entry that tells so where no backend saw anything and none
// says why: a machine of which no package was seen is not a machine without
// packages. Its database may have been emptied, or be of a kind nobody looks for.
func unseen(cs []inventory.Coverage) []inventory.Coverage {
	for _, c := range cs {
		if c.Part == partBackend && (c.Count > 0 || c.Gap()) {
			return nil
		}
	}
	return []inventory.Coverage{{
		Part: partBackend, Name: "none", Status: inventory.StatusFailed, Reason: "no installed package was found in any database",
	}}
}

// hostCoverage says what could be learnt of the host itself.
func hostCoverage(t *inventory.Target) inventory.Coverage {
	c := inventory.Coverage{Part: partHost, Name: cmp.Or(t.Host.OS.ID, "unknown"), Status: inventory.StatusOK, Count: 1}
	if t.Host.OS.ID == "" {
		c.Status, c.Reason = inventory.StatusFailed, "the operating system is not known"
	}
	addProblems(&c, t.Problems)
	return c
}
