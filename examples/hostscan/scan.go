package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/inventory/all"
	"github.com/keeppatched/keeppatched/inventory/apt"
	"github.com/keeppatched/keeppatched/inventory/host"
	"github.com/keeppatched/keeppatched/scanner"
	"github.com/keeppatched/keeppatched/scanner/finding"
	"github.com/keeppatched/keeppatched/scanner/report"
)

// scan does what the flags ask for and gives the exit code.
func (c config) scan(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) (code int, err error) {
	if c.version {
		_, err := fmt.Fprintln(stdout, "hostscan", scanner.Version())
		return exitOK, err
	}
	progress := newProgress(stderr)
	defer progress.stop()

	var sources []advisories.Source
	release := func() error { return nil }
	if !c.gather {
		if sources, release, err = c.sources(ctx, progress); err != nil {
			return exitUnknown, err
		}
	}
	defer func() {
		if failed := release(); failed != nil {
			code, err = exitUnknown, errors.Join(err, failed)
		}
	}()
	s, err := scanner.New(scanner.Options{
		Backends: c.backends(),
		Sources:  sources,
		Now:      c.now,
		Progress: progress.part,
		Tool:     inventory.Tool{Name: "hostscan", Version: scanner.Version()},
	})
	if err != nil {
		return exitUnknown, err
	}
	inv, err := c.read(ctx, s, stdin)
	if err != nil {
		return exitUnknown, err
	}
	if c.gather {
		progress.stop()
		return gatherCode(inv), c.write(stdout, func(w io.Writer, _ bool) error { return report.Inventory(w, inv) })
	}
	rep, err := s.Assess(ctx, inv)
	if err != nil {
		return exitUnknown, err
	}
	progress.stop()
	return reportCode(rep), c.write(stdout, func(w io.Writer, terminal bool) error {
		if c.format == "json" {
			return report.JSON(w, rep)
		}
		return report.Table(w, rep, tableOptions(w, terminal))
	})
}

// read gives the inventory: gathered here, or from a file.
func (c config) read(ctx context.Context, s *scanner.Scanner, stdin io.Reader) (*inventory.Inventory, error) {
	if c.inventory != "" {
		return readInventory(c.inventory, stdin)
	}
	target, err := c.target()
	if err != nil {
		return nil, err
	}
	inv, err := s.Gather(ctx, target)
	return inv, errors.Join(err, target.Close())
}

func (c config) target() (*inventory.Target, error) {
	if c.root == "" {
		return host.Live()
	}
	return host.Mounted(c.root)
}

// backends are the default ones, with the clock of -at where they need one.
func (c config) backends() []inventory.Backend {
	backends := all.Backends()
	for i, b := range backends {
		if _, ok := b.(apt.Backend); ok {
			backends[i] = apt.Backend{Now: c.now}
		}
	}
	return backends
}

// maxInventory limits an inventory file, which comes from another machine.
const maxInventory = 1 << 30

// readInventory reads what -gather wrote.
func readInventory(name string, stdin io.Reader) (*inventory.Inventory, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // only read
		stdin = f
	}
	inv := new(inventory.Inventory)
	d := json.NewDecoder(io.LimitReader(stdin, maxInventory))
	if err := d.Decode(inv); err != nil {
		return nil, fmt.Errorf("inventory %s: %w", name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("inventory %s: more than one document, or over %d bytes", name, maxInventory)
	}
	major, _, _ := strings.Cut(inventory.SchemaVersion, ".")
	if got, _, _ := strings.Cut(inv.SchemaVersion, "."); got != major {
		return nil, fmt.Errorf("inventory %s: schema version %q, want %s.x", name, inv.SchemaVersion, major)
	}
	return inv, nil
}

// gatherCode is 0 for an inventory without a gap.
func gatherCode(inv *inventory.Inventory) int {
	if slices.ContainsFunc(inv.Coverage, inventory.Coverage.Gap) {
		return exitUnknown
	}
	return exitOK
}

// reportCode is the outcome where no policy is chosen.
func reportCode(r *finding.Report) int {
	switch {
	case !r.Summary.Complete:
		return exitUnknown
	case r.Summary.Findings > 0:
		return exitWarning
	}
	return exitOK
}
