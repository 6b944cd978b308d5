package inventorytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"

	"github.com/keeppatched/keeppatched/inventory"
)

// How often a file is cut and flipped, beside the fixed points.
const (
	cuts  = 16
	flips = 32
)

// hostile reads the machine once for each bad form of each file.
func (s *suite) hostile() error {
	seen := &observer{fsys: s.fsys}
	if _, err := s.collect(context.Background(), seen); err != nil {
		return err
	}
	var errs []error
	for _, name := range seen.regular {
		data, err := fs.ReadFile(s.fsys, name)
		if err != nil {
			return err
		}
		for _, v := range variants(name, data) {
			if err := s.survives(v); err != nil {
				errs = append(errs, fmt.Errorf("%s, %s: %w", name, v.what, err))
			}
		}
		if err := s.stops(name, data); err != nil {
			errs = append(errs, fmt.Errorf("%s, endless: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// variant is one bad form of one file.
type variant struct {
	what string
	name string
	open func() (fs.File, error)
	// failed says whether the backend has been handed an error that it has to
	// tell. Nil: the file can be read, whatever is in it.
	failed func() bool
}

func variants(name string, data []byte) []variant {
	// A fixed seed: the same files on every run.
	rnd := rand.New(rand.NewPCG(1, uint64(len(data))))
	vs := []variant{
		memory("empty", name, nil),
		directory(name),
		unreadable(name),
		failing(name, data, 0),
		failing(name, data, len(data)/2),
	}
	for _, n := range cutsOf(rnd, len(data)) {
		vs = append(vs, memory(fmt.Sprintf("cut to %d of %d bytes", n, len(data)), name, data[:n]))
	}
	for range flips {
		if len(data) == 0 {
			break
		}
		at, bit := rnd.IntN(len(data)), rnd.IntN(8)
		flipped := slices.Clone(data)
		flipped[at] ^= 1 << bit
		vs = append(vs, memory(fmt.Sprintf("bit %d of byte %d flipped", bit, at), name, flipped))
	}
	return vs
}

// cutsOf gives lengths below size: the borders, and some between.
func cutsOf(rnd *rand.Rand, size int) []int {
	lengths := []int{1, size / 2, size - 2, size - 1}
	for range cuts {
		lengths = append(lengths, rnd.IntN(size+1))
	}
	slices.Sort(lengths)
	lengths = slices.Compact(lengths)
	return slices.DeleteFunc(lengths, func(n int) bool { return n <= 0 || n >= size })
}

// survives runs the backend on one bad file.
func (s *suite) survives(v variant) error {
	result, err := s.collect(context.Background(), &overlay{FS: s.fsys, name: v.name, open: v.open})
	if errors.As(err, new(broken)) {
		return err
	}
	if errors.Is(err, inventory.ErrAbsent) {
		return fmt.Errorf("the database is there, but Collect gives: %w", err)
	}
	if v.failed != nil && v.failed() && err == nil && len(result.Problems) == 0 {
		return errors.New("the file could not be read, but Collect gives no error and no problem")
	}
	return nil
}

// What an endless file gives before the context is cancelled, and before the
// suite gives up.
const (
	endlessCancel = 1 << 20
	endlessLimit  = 256 << 20
)

// stops runs the backend on a file that never ends. It has to come to an end
// by a limit of its own, or when its context is cancelled.
func (s *suite) stops(name string, data []byte) error {
	if len(data) == 0 {
		return nil // nothing to repeat
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e := &endless{name: name, size: int64(len(data)), cancel: cancel}
	e.data = bytes.Repeat(data, 1+(64<<10)/len(data)) // fewer, larger copies
	_, err := s.collect(ctx, &overlay{FS: s.fsys, name: name, open: e.open})
	if errors.As(err, new(broken)) {
		return err
	}
	if e.read.Load() > endlessLimit {
		return fmt.Errorf("still reading %d bytes after the context was cancelled", endlessLimit-endlessCancel)
	}
	if errors.Is(err, inventory.ErrAbsent) {
		return fmt.Errorf("the database is there, but Collect gives: %w", err)
	}
	return nil
}
