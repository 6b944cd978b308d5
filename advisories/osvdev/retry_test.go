package osvdev_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

// A step is how a server fails a request.
type step func(*http.Request) (*http.Response, error)

func status(code int, retryAfter string) step {
	return func(*http.Request) (*http.Response, error) {
		resp := osvtest.Respond(code, strings.NewReader("try later"))
		if retryAfter != "" {
			resp.Header.Set("Retry-After", retryAfter)
		}
		return resp, nil
	}
}

func body(r io.Reader) step {
	return func(*http.Request) (*http.Response, error) { return osvtest.Respond(http.StatusOK, r), nil }
}

func netError(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// failFirst fails the first requests of a method as the steps say.
func failFirst(method string, rt osvtest.RoundTripper, steps ...step) osvtest.RoundTripper {
	var n atomic.Int32
	return func(r *http.Request) (*http.Response, error) {
		if r.Method == method {
			if i := int(n.Add(1)) - 1; i < len(steps) {
				return steps[i](r)
			}
		}
		return rt(r)
	}
}

var reset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

func TestPassingFailures(t *testing.T) {
	// The bubble's clock starts at this time.
	in20s := time.Date(2000, 1, 1, 0, 0, 20, 0, time.UTC).Format(http.TimeFormat)
	for _, tt := range []struct {
		name     string
		steps    []step
		min, max time.Duration // it takes
	}{
		{"500s, then well", []step{status(500, ""), status(502, ""), status(504, "")}, time.Second, 8 * time.Second},
		{"429 with seconds", []step{status(429, "7")}, 7 * time.Second, 8 * time.Second},
		{"503 with a date", []step{status(503, in20s)}, 20 * time.Second, 21 * time.Second},
		{"date in the past", []step{status(503, "Fri, 31 Dec 1999 23:59:59 GMT")}, 0, time.Second},
		{"Retry-After that is neither", []step{status(503, "soon")}, 0, time.Second},
		{"Retry-After of a year is capped", []step{status(503, "31536000")}, 30 * time.Second, 31 * time.Second},
		{"date in a year is capped", []step{status(503, "Mon, 01 Jan 2001 00:00:00 GMT")}, 30 * time.Second, 31 * time.Second},
		{"Retry-After beyond numbers", []step{status(503, strings.Repeat("9", 40))}, 30 * time.Second, 31 * time.Second},
		{"reset before the answer", []step{netError(reset)}, 0, time.Second},
		{"reset in the answer", []step{body(osvtest.Broken(`{"results":[{"vu`, reset))}, 0, time.Second},
		{"cut JSON", []step{body(strings.NewReader(`{"results":[{"vulns":[`))}, 0, time.Second},
		{"empty body", []step{body(strings.NewReader(""))}, 0, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"POST", "GET"} {
				synctest.Test(t, func(t *testing.T) {
					c := newClient(t, failFirst(method, server(), tt.steps...), osvdev.Options{Concurrency: 1})
					start := time.Now()
					a := lookup(t, c, debian("curl", "2"))[0]
					if a.Err != nil || len(a.Advisories) != 1 {
						t.Errorf("%s: %v, %v, want one record", method, a.Advisories, a.Err)
					}
					if took := time.Since(start); took < tt.min || took > tt.max {
						t.Errorf("%s: took %v, want %v to %v", method, took, tt.min, tt.max)
					}
				})
			}
		})
	}
}

func TestLastingFailures(t *testing.T) {
	for _, tt := range []struct {
		name     string
		step     step
		attempts int32
		want     error  // nil: a StatusError
		text     string // in the error
	}{
		{"always 503", status(503, "1"), 4, nil, "try later"},
		{"always 429", status(429, ""), 4, nil, "429 Too Many Requests"},
		{"403", status(403, ""), 1, nil, "403 Forbidden: try later"},
		{"302 without a place", status(302, ""), 1, nil, ""},
		{"resets", netError(reset), 4, syscall.ECONNRESET, ""},
		{"always cut", func(*http.Request) (*http.Response, error) {
			return osvtest.Respond(200, strings.NewReader(`{"results`)), nil
		}, 4, osvdev.ErrResponse, "cut short"},
		{"not JSON", body(strings.NewReader("<html>Welcome to our hotel!</html>")), 1, osvdev.ErrResponse, ""},
		{"other JSON", body(strings.NewReader(`{"results":"none"}`)), 1, osvdev.ErrResponse, ""},
		{"null", body(strings.NewReader(`null`)), 1, osvdev.ErrResponse, "0 results for 1 queries"},
		{"too few results", body(strings.NewReader(`{"results":[]}`)), 1, osvdev.ErrResponse, "0 results for 1 queries"},
		{"too many results", body(strings.NewReader(`{"results":[{},{}]}`)), 1, osvdev.ErrResponse, "2 results for 1 queries"},
		{"bad id", body(strings.NewReader(`{"results":[{"vulns":[{"id":".."}]}]}`)), 1, osvdev.ErrResponse, `".."`},
		{"no id", body(strings.NewReader(`{"results":[{"vulns":[{}]}]}`)), 1, osvdev.ErrResponse, ""},
		{"deep JSON", body(strings.NewReader(strings.Repeat("[", 1<<20))), 1, osvdev.ErrResponse, "depth"},
		{"huge", body(endless{}), 1, osvdev.ErrResponse, "more than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var n atomic.Int32
				c := newClient(t, func(r *http.Request) (*http.Response, error) {
					n.Add(1)
					return tt.step(r)
				}, osvdev.Options{})
				err := lookup(t, c, debian("curl", "2"))[0].Err
				var status *osvdev.StatusError
				if tt.want == nil && !errors.As(err, &status) || tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
				if err != nil && !strings.Contains(err.Error(), tt.text) {
					t.Errorf("error %v, want %q in it", err, tt.text)
				}
				if n.Load() != tt.attempts {
					t.Errorf("%d attempts, want %d", n.Load(), tt.attempts)
				}
			})
		})
	}
}

// endless is a body that never ends.
type endless struct{}

var xs = []byte(strings.Repeat("x", 64<<10))

func (endless) Read(p []byte) (int, error) { return copy(p, xs), nil }

func TestContextEnds(t *testing.T) {
	for name, step := range map[string]step{
		"in a pause": status(503, "25"),
		"waiting for the answer": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"in a slow body": func(r *http.Request) (*http.Response, error) {
			return osvtest.Respond(200, osvtest.Slow(r.Context(), `{"results":[`)), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"POST", "GET"} {
				synctest.Test(t, func(t *testing.T) {
					c := newClient(t, failFirst(method, server(), step, step, step, step), osvdev.Options{})
					ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
					defer cancel()
					start := time.Now()
					answers, err := c.Lookup(ctx, []advisories.Query{debian("curl", "1")})
					if !errors.Is(err, context.DeadlineExceeded) || answers != nil {
						t.Errorf("%s: Lookup = %v, %v, want DeadlineExceeded", method, answers, err)
					}
					if took := time.Since(start); took != 3*time.Second {
						t.Errorf("%s: took %v, want to end with the context, after 3s", method, took)
					}
				})
			}
		})
	}
}

// A server that sends a byte now and then does not hold a request for ever.
func TestMaxElapsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(r *http.Request) (*http.Response, error) {
			return osvtest.Respond(200, osvtest.Slow(r.Context(), `{`)), nil
		}
		c := newClient(t, slow, osvdev.Options{MaxElapsed: 20 * time.Second})
		start := time.Now()
		err := lookup(t, c, debian("curl", "1"))[0].Err
		if err == nil || !strings.Contains(err.Error(), "20s") {
			t.Errorf("error %v, want one that names the limit", err)
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("took %v, want 20s", took)
		}
	})
}

func TestUnreachable(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, tt := range map[string]struct {
		err   error
		after time.Duration
	}{
		"refused":         {dial(syscall.ECONNREFUSED), 0},
		"no network":      {dial(syscall.ENETUNREACH), 0},
		"no such host":    {dial(&net.DNSError{Err: "no such host", Name: "osv.example", IsNotFound: true}), 0},
		"no answer":       {dial(context.DeadlineExceeded), 3 * time.Second},
		"no answer later": {dial(context.DeadlineExceeded), 900 * time.Millisecond},
		"no proxy":        {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, func(*http.Request) (*http.Response, error) {
					time.Sleep(tt.after)
					return nil, tt.err
				}, osvdev.Options{Concurrency: 2})
				var queries []advisories.Query
				for i := range 20_000 {
					queries = append(queries, debian(strings.Repeat("x", i%1000+1), "1"))
				}
				start := time.Now()
				answers, err := c.Lookup(context.Background(), queries)
				if !errors.Is(err, osvdev.ErrUnreachable) || answers != nil {
					t.Errorf("Lookup = %v, want ErrUnreachable", err)
				}
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("took %v, more than 5s", took)
				}
			})
		})
	}
}

// A server that goes away in the middle fails what is left, soon.
func TestServerGoesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var records []string
		for i := range 2000 {
			records = append(records, osvtest.Record("A-"+strings.Repeat("1", i%50+1)+strings.Repeat("2", i/50),
				"2024-05-01T00:00:00Z", "PyPI", "many", "1"))
		}
		online := osvtest.Serve(serverOf(records))
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return online(r)
			}
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}, osvdev.Options{})
		start := time.Now()
		a := lookup(t, c, advisories.Query{Ecosystem: "PyPI", Name: "many", Version: "1"})[0]
		if !errors.Is(a.Err, osvdev.ErrUnreachable) {
			t.Errorf("error %v, want ErrUnreachable", a.Err)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
