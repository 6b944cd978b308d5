package scanner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/inventory"
	"github.com/keeppatched/keeppatched/scanner/finding"
)

// Options say what a Scanner works with. The zero value of each field is usable.
type Options struct {
	// Backends gather. None: Gather gives an inventory without packages, whose
	// coverage says that nothing was looked at.
	Backends []inventory.Backend
	// Sources assess. Every source is asked everything, and their answers are
	// joined. None: vulnerabilities are reported as not assessed.
	Sources []advisories.Source
	// Concurrency limits how many backends or sources work at once. Zero means
	// the number of usable processors.
	Concurrency int
	// Tool names the embedding program in documents. Zero: this module.
	Tool inventory.Tool
	// Now tells the time that documents carry; nil means time.Now.
	Now func() time.Time
	// Logger is told what the scanner does; nil means silence.
	Logger *slog.Logger
	// Progress, where set, is called at the start and the end of each part. It
	// may be called from several goroutines at once and must return quickly.
	Progress func(Progress)
}

// Progress tells of one part of the work.
type Progress struct {
	Part string // "backend" or "source"
	Name string
	Done bool // false at the start, true at the end
}

// Scanner gathers and assesses. It is safe for concurrent use and keeps
// nothing between calls.
type Scanner struct {
	opts Options
}

// ErrOptions says that a Scanner's options make no sense.
var ErrOptions = errors.New("scanner: invalid options")

// New checks the options: backends and sources must not be nil and must have
// names that differ.
func New(o Options) (*Scanner, error) {
	seen := map[string]bool{}
	for i, b := range o.Backends {
		if b == nil {
			return nil, fmt.Errorf("%w: backend %d is nil", ErrOptions, i)
		}
		name := "backend " + b.Name()
		if seen[name] {
			return nil, fmt.Errorf("%w: two backends are named %q", ErrOptions, b.Name())
		}
		seen[name] = true
	}
	for i, s := range o.Sources {
		if s == nil {
			return nil, fmt.Errorf("%w: source %d is nil", ErrOptions, i)
		}
		name := "source " + s.Name()
		if seen[name] {
			return nil, fmt.Errorf("%w: two sources are named %q", ErrOptions, s.Name())
		}
		seen[name] = true
	}
	if o.Concurrency < 0 {
		return nil, fmt.Errorf("%w: concurrency %d", ErrOptions, o.Concurrency)
	}
	return &Scanner{opts: o.withDefaults()}, nil
}

func (o Options) withDefaults() Options {
	if o.Concurrency == 0 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Tool == (inventory.Tool{}) {
		o.Tool = inventory.Tool{Name: "keeppatched", Version: Version()}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

// Scan gathers from the target and assesses what it has. The report is nil
// only with an error, and the error is only for the context's end or misuse:
// every other failure is in the report's coverage.
func (s *Scanner) Scan(ctx context.Context, t *inventory.Target) (*finding.Report, error) {
	inv, err := s.Gather(ctx, t)
	if err != nil {
		return nil, err
	}
	return s.Assess(ctx, inv)
}

// now is the time for documents: UTC, whole seconds, so that documents made
// from the same data at the same second are the same.
func (s *Scanner) now() time.Time { return s.opts.Now().UTC().Truncate(time.Second) }
