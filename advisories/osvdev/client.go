package osvdev

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keeppatched/keeppatched/advisories"
)

// DefaultURL is OSV's public API. It needs no key.
const DefaultURL = "https://api.osv.dev"

// The defaults of Options.
const (
	defaultConcurrency = 10
	defaultMaxMemory   = 256 << 20
	defaultMaxAttempts = 4
	defaultMaxElapsed  = 2 * time.Minute
	defaultUserAgent   = "keeppatched (+https://github.com/keeppatched/keeppatched)"
)

// Options say how a Client works. The zero value of each field is usable.
type Options struct {
	// BaseURL is where the API is: a scheme, http or https, a host and perhaps
	// a path. Empty: DefaultURL. Errors and descriptions leave its user and
	// password out.
	BaseURL string
	// HTTPClient makes the requests; it is copied, and the copy follows only
	// redirects that keep the method and do not leave https. Nil: a client of
	// our own, with time limits, HTTP/2 and the environment's proxy.
	HTTPClient *http.Client
	// UserAgent names the program to the server. Empty: this module's name.
	UserAgent string
	// Concurrency is how many requests of this client may be in flight at
	// once. Zero: 10.
	Concurrency int
	// CacheDir is a folder to keep records in between runs, made if it is not
	// there. It should belong to the user alone. It holds one file for each
	// record ever asked for. Empty: records are kept in memory only.
	CacheDir string
	// MaxMemory is how many bytes of records, counted as JSON, are kept in memory
	// at most; those used longest ago go first. Zero: 256 MiB.
	MaxMemory int
	// MaxAttempts is how often a request that fails for a passing reason is
	// made, the first time included. Zero: 4.
	MaxAttempts int
	// MaxElapsed limits the time for one request with all its attempts, and so
	// also how long a server's Retry-After is obeyed. Zero: 2 minutes.
	MaxElapsed time.Duration
	// Logger is told of retries and of an unusable cache. Nil: silence.
	Logger *slog.Logger
}

// Client is a client of OSV's API. It is safe for concurrent use, and made to
// live long: records it has fetched are not fetched again.
type Client struct {
	base        string // without a slash at the end
	shown       string // base without user and password
	http        *http.Client
	userAgent   string
	maxAttempts int
	maxElapsed  time.Duration
	log         *slog.Logger

	slots    chan struct{} // one for each request in flight
	records  *records
	coverage *coverage
}

var (
	_ advisories.Source    = (*Client)(nil)
	_ advisories.Describer = (*Client)(nil)
)

// New makes a client. It makes no request. The error is for options that make
// no sense, or a CacheDir that cannot be made.
func New(o Options) (*Client, error) {
	if o.Concurrency < 0 || o.MaxMemory < 0 || o.MaxAttempts < 0 || o.MaxElapsed < 0 {
		return nil, errors.New("osvdev: a limit in the options is negative")
	}
	o = o.withDefaults()
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("osvdev: base URL: %w", err)
	}
	disk, err := openDisk(o.CacheDir, o.Logger)
	if err != nil {
		return nil, fmt.Errorf("osvdev: cache: %w", err)
	}
	c := &Client{
		base:        base.String(),
		http:        httpClient(o.HTTPClient, o.Concurrency),
		userAgent:   o.UserAgent,
		maxAttempts: o.MaxAttempts,
		maxElapsed:  o.MaxElapsed,
		log:         o.Logger,
		slots:       make(chan struct{}, o.Concurrency),
		records:     newRecords(disk, o.MaxMemory),
		coverage:    newCoverage(),
	}
	base.User = nil
	c.shown = base.String()
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.BaseURL == "" {
		o.BaseURL = DefaultURL
	}
	if o.UserAgent == "" {
		o.UserAgent = defaultUserAgent
	}
	if o.Concurrency == 0 {
		o.Concurrency = defaultConcurrency
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = defaultMaxMemory
	}
	if o.MaxAttempts == 0 {
		o.MaxAttempts = defaultMaxAttempts
	}
	if o.MaxElapsed == 0 {
		o.MaxElapsed = defaultMaxElapsed
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// parseBase checks a base URL. Its errors do not repeat the URL, which may
// hold a password.
func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("neither http nor https")
	case u.Host == "":
		return nil, errors.New("no host")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("has a query or a fragment")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

// Name is "osvdev".
func (c *Client) Name() string { return "osvdev" }

// Describe says which server is asked.
func (c *Client) Describe() string { return "records of OSV as served by " + c.shown }

// CloseIdleConnections closes connections that no request uses now. The client
// stays usable.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// Lookup answers the queries, as many answers in the same order, with every
// record that the server has for them, whole, ordered by id, each once.
//
// The error wraps context.Canceled or context.DeadlineExceeded when the context
// has ended, and ErrUnreachable when no request reached the server.
// Everything else is told in the Answer.Err of the queries it concerns.
func (c *Client) Lookup(ctx context.Context, qs []advisories.Query) ([]advisories.Answer, error) {
	l := &lookup{Client: c}
	answers, err := l.run(ctx, qs)
	if ctxErr := ctx.Err(); ctxErr != nil {
		return nil, fmt.Errorf("osvdev: %w", ctxErr)
	}
	return answers, err
}
