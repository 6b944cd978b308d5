package inventorytest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keeppatched/keeppatched/inventory"
)

// Run tests that a backend keeps the rules of [inventory.Backend] on a machine
// on which it finds at least one package or update without a problem.
//
// The machine is read as it is, twice, from several goroutines, without
// io.ReaderAt and with a cancelled context; then once for each way in which a
// file that the backend opens can be bad: cut, empty, with flipped bits, a
// directory, unreadable, failing in the middle, endless. A backend may answer a
// bad file with an error, with problems or with what is left; it may not
// panic, leave files or goroutines behind, call a database absent that is there,
// or keep quiet about a file it failed to read.
//
// Run counts goroutines, so its test must not be parallel to others. Keep the
// file system small: it is read some seventy times for each file in it.
func Run(t *testing.T, b inventory.Backend, fsys fs.FS, host inventory.Host) {
	t.Helper()
	s := &suite{backend: b, fsys: fsys, host: host}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(s); err != nil {
				t.Error(err)
			}
		})
	}
}

// suite is one backend with one good machine.
type suite struct {
	backend inventory.Backend
	fsys    fs.FS
	host    inventory.Host
}

// checks are the rules, in the order they are tested.
var checks = []struct {
	name string
	run  func(*suite) error
}{
	{"name", (*suite).name},
	{"absent", (*suite).absent},
	{"good", (*suite).good},
	{"concurrent", (*suite).concurrent},
	{"without ReaderAt", (*suite).withoutReaderAt},
	{"cancelled", (*suite).cancelled},
	{"hostile", (*suite).hostile},
	{"goroutines", (*suite).goroutines},
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

func (s *suite) name() error {
	name := s.backend.Name()
	if !validName.MatchString(name) {
		return fmt.Errorf("Name() = %q, want lower-case letters and digits", name)
	}
	if again := s.backend.Name(); again != name {
		return fmt.Errorf("Name() = %q, then %q", name, again)
	}
	return nil
}

func (s *suite) absent() error {
	result, err := s.collect(context.Background(), fstest.MapFS{})
	if !errors.Is(err, inventory.ErrAbsent) {
		return fmt.Errorf("on an empty file system Collect gives %w, want ErrAbsent", orNil(err))
	}
	if n := len(result.Packages) + len(result.Updates); n > 0 {
		return fmt.Errorf("on an empty file system Collect finds %d packages and updates", n)
	}
	return nil
}

func (s *suite) good() error {
	first, err := s.collect(context.Background(), s.fsys)
	if err != nil {
		return fmt.Errorf("Collect: %w", err)
	}
	if len(first.Packages)+len(first.Updates) == 0 {
		return errors.New("the good machine has no package and no update, so it tests nothing")
	}
	if len(first.Problems) > 0 {
		return fmt.Errorf("the good machine has a problem: %w", first.Problems[0])
	}
	second, err := s.collect(context.Background(), s.fsys)
	return errors.Join(err, same("a second run", first, second))
}

func (s *suite) concurrent() error {
	want, err := s.collect(context.Background(), s.fsys)
	if err != nil {
		return err
	}
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			got, err := s.collect(context.Background(), s.fsys)
			errs[i] = errors.Join(err, same("a concurrent run", want, got))
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *suite) withoutReaderAt() error {
	want, err := s.collect(context.Background(), s.fsys)
	if err != nil {
		return err
	}
	got, err := s.collect(context.Background(), sequential{s.fsys})
	return errors.Join(err, same("a run without io.ReaderAt", want, got))
}

func (s *suite) cancelled() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.collect(ctx, s.fsys); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("with a cancelled context Collect gives %w, want context.Canceled", orNil(err))
	}
	return nil
}

// goroutines compares before and after some runs: several, so that one which
// ends elsewhere does not make up for one that stays. One that is on its way out
// is given time.
func (s *suite) goroutines() error {
	before := runtime.NumGoroutine()
	for range 10 {
		if _, err := s.collect(context.Background(), s.fsys); err != nil {
			return err
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("%d goroutines before Collect, %d after", before, runtime.NumGoroutine())
}

// panicked is the error of a backend that panicked.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("Collect panicked: %v\n%s", p.value, p.stack) }

// broken says that a backend broke a rule, as opposed to an error it returned.
type broken struct{ error }

func (b broken) Unwrap() error { return b.error }

// collect runs the backend once, under watch. It returns what Collect returns,
// or the rule that it broke.
func (s *suite) collect(ctx context.Context, fsys fs.FS) (result inventory.Result, err error) {
	seen := &observer{fsys: fsys}
	defer func() {
		if v := recover(); v != nil {
			err = broken{&panicked{value: v, stack: debug.Stack()}}
			return
		}
		if rule := errors.Join(seen.faults(), s.valid(result)); rule != nil {
			err = broken{rule}
		}
	}()
	return s.backend.Collect(ctx, Target(seen, s.host))
}

// byText compares errors, which have no useful equality, by what they say.
var byText = cmp.Comparer(func(a, b error) bool { return orNil(a).Error() == orNil(b).Error() })

func same(what string, want, got inventory.Result) error {
	if diff := cmp.Diff(want, got, byText); diff != "" {
		return fmt.Errorf("%s gives another result (-want +got):\n%s", what, diff)
	}
	return nil
}

var errNil = errors.New("no error")

// orNil makes a nil error printable.
func orNil(err error) error {
	if err == nil {
		return errNil
	}
	return err
}
