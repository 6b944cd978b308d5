package osvdev_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

// cached asks a new client for one record of curl and says how often it was
// fetched, and what the client logged.
func cached(t *testing.T, dir, modified string) (fetches int32, logged string) {
	t.Helper()
	var n atomic.Int32
	rt := osvtest.Serve(serverOf([]string{osvtest.Record("A-1", modified, "Debian:12", "curl", "1")}))
	var log bytes.Buffer
	c := newClient(t, func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet {
			n.Add(1)
		}
		return rt(r)
	}, osvdev.Options{CacheDir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	a := lookup(t, c, debian("curl", "1"))[0]
	if a.Err != nil || len(a.Advisories) != 1 || a.Advisories[0].ID != "A-1" {
		t.Fatalf("answer %v, %v, want A-1", ids(a), a.Err)
	}
	return n.Load(), log.String()
}

func TestDiskCache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "the", "client")
	const day1, day2 = "2024-05-01T00:00:00.123Z", "2024-05-02T00:00:00Z"
	damage := func(change func(string)) func() {
		return func() {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(files) != 1 {
				t.Fatalf("the cache holds %v, want one file", files)
			}
			change(files[0])
		}
	}
	write := func(text string) func() {
		return damage(func(file string) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, tt := range []struct {
		name     string
		before   func()
		modified string
		fetches  int32
		log      string
	}{
		{"empty", func() {}, day1, 1, ""},
		{"kept", func() {}, day1, 0, ""},
		{"modified since", func() {}, day2, 1, ""},
		{"kept again", func() {}, day2, 0, ""},
		{"one bit changed", damage(func(file string) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-10] ^= 1
			write(string(data))()
		}), day2, 1, "damaged"},
		{"mended", func() {}, day2, 0, ""},
		{"cut", damage(func(file string) {
			if err := os.Truncate(file, 80); err != nil {
				t.Fatal(err)
			}
		}), day2, 1, "damaged"},
		{"emptied", write(""), day2, 1, "damaged"},
		// The checksum is right, the record is not.
		{"another record", write("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n{}"), day2, 1, ""},
		{"a folder", damage(func(file string) {
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
				t.Fatal(err)
			}
		}), day2, 1, "not kept in the cache"},
	} {
		tt.before()
		fetches, log := cached(t, dir, tt.modified)
		if fetches != tt.fetches {
			t.Errorf("%s: %d fetches, want %d", tt.name, fetches, tt.fetches)
		}
		if tt.log == "" && log != "" || !strings.Contains(log, tt.log) {
			t.Errorf("%s: logged %q, want %q in it", tt.name, log, tt.log)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".new-*")); err != nil || len(left) > 0 {
		t.Errorf("unfinished files left: %v", left)
	}
}

// Lookups at the same time share one fetch of a record.
func TestSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		rt := server()
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				n.Add(1)
				time.Sleep(time.Second)
			}
			return rt(r)
		}, osvdev.Options{})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if a := lookup(t, c, debian("curl", "1"))[0]; a.Err != nil || len(a.Advisories) != 2 {
					t.Errorf("answer %v, %v", ids(a), a.Err)
				}
			})
		}
		wg.Wait()
		if n.Load() != 2 {
			t.Errorf("%d fetches, want 2", n.Load())
		}
	})
}

// When the one who fetches is called off, those who wait fetch themselves.
func TestSingleFlightOutlivesItsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := server()
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				select {
				case <-time.After(10 * time.Second):
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			}
			return rt(r)
		}, osvdev.Options{})
		first, cancel := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := c.Lookup(first, []advisories.Query{debian("curl", "2")}); !errors.Is(err, context.Canceled) {
				t.Errorf("first: %v, want Canceled", err)
			}
		})
		synctest.Wait() // it fetches
		wg.Go(func() {
			if a := lookup(t, c, debian("curl", "2"))[0]; a.Err != nil || len(a.Advisories) != 1 {
				t.Errorf("second: %v, %v", ids(a), a.Err)
			}
		})
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
	})
}

// No more requests are in flight than allowed, over all lookups of a client.
func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		rt := server()
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer now.Add(-1)
			time.Sleep(time.Second)
			return rt(r)
		}, osvdev.Options{Concurrency: 3})
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				lookup(t, c, debian("curl", "1"), debian("openssl", "1"), debian(strings.Repeat("x", i+1), "1"))
			})
		}
		wg.Wait()
		if most.Load() != 3 {
			t.Errorf("%d requests at once, want 3", most.Load())
		}
	})
}

// Memory is bounded: what was used longest ago is fetched again.
func TestMemoryIsBounded(t *testing.T) {
	const day = "2024-05-01T00:00:00Z"
	var records []string
	for _, name := range []string{"a", "b", "c", "d"} {
		records = append(records, osvtest.Record(strings.ToUpper(name), day, "Debian:12", name, "1"))
	}
	var j journal
	size := len(records[0])
	c := newClient(t, j.wrap(osvtest.Serve(serverOf(records))), osvdev.Options{MaxMemory: 4 * size})
	for _, tt := range []struct{ name, fetched string }{
		{"a", "A"}, {"b", "B"}, {"a", ""}, // young
		{"c", "C"}, {"d", "D"}, {"b", ""}, // a and b have become old; b is used
		{"a", "A"}, {"b", ""}, // a has gone
	} {
		lookup(t, c, debian(tt.name, "1"))
		var want []string
		if tt.fetched != "" {
			want = []string{"GET /v1/vulns/" + tt.fetched}
		}
		if diff := cmp.Diff(want, j.take()[1:], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: fetches (-want +got):\n%s", tt.name, diff)
		}
	}
}
