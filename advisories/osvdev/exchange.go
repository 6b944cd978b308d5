package osvdev

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// maxBody is how many bytes of an answer are read, decompressed. OSV itself
// stops at 32 MiB over HTTP/1.1.
const maxBody = 64 << 20

// request is one request, made perhaps several times.
type request struct {
	method string
	path   string // after the base URL
	body   []byte
}

// exchange makes a request, again when it fails for a passing reason, and
// gives the body of the answer: one JSON value. It keeps its place among the
// requests in flight while it pauses: a busy server is asked less.
func (c *Client) exchange(ctx context.Context, r request) ([]byte, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, c.maxElapsed)
	defer cancel()
	start := time.Now()
	var last error
	body, err := backoff.Retry(limited,
		func() (body []byte, err error) {
			body, err = c.attempt(limited, r)
			if limited.Err() == nil {
				last = err // not the mere end of the context, which says less
			}
			return body, verdict(err, time.Since(start))
		},
		backoff.WithBackOff(pauses()),
		backoff.WithMaxTries(uint(c.maxAttempts)),
		backoff.WithMaxElapsedTime(c.maxElapsed),
		backoff.WithNotify(func(_ error, pause time.Duration) {
			c.log.LogAttrs(ctx, slog.LevelWarn, "osvdev: request failed, will be made again",
				slog.Any("error", last), slog.Duration("pause", pause))
		}))
	switch {
	case err == nil:
		return body, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, c.elapsed(r, last)
	}
	return nil, last
}

// elapsed is the error of a request that took too long with all its attempts.
func (c *Client) elapsed(r request, last error) error {
	if last == nil {
		return fmt.Errorf("osvdev: %s%s: no whole answer within %v", c.shown, r.path, c.maxElapsed)
	}
	return fmt.Errorf("%w (given up after %v)", last, c.maxElapsed)
}

// attempt makes a request once. Its errors are whole: they name the URL.
func (c *Client) attempt(ctx context.Context, r request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, c.failed(r, fmt.Errorf("%w: %w", ErrResponse, err))
	}
	req.Header.Set("User-Agent", c.userAgent)
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.failed(r, transportError(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return nil, newStatusError(c.shown+r.path, resp)
	}
	body, err := readJSON(resp.Body)
	if err != nil {
		return nil, c.failed(r, err)
	}
	return body, nil
}

func (c *Client) failed(r request, err error) error {
	return fmt.Errorf("osvdev: %s%s: %w", c.shown, r.path, err)
}

// transportError strips the URL, which may hold a password, from an error of
// http.Client, and says whether the server was reached at all.
func transportError(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if notConnected(err) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}

// readJSON reads a body of one JSON value, whatever type it claims to be.
func readJSON(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errTruncated, err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrResponse, maxBody)
	}
	var whole json.RawMessage
	err = json.Unmarshal(body, &whole)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(body)) {
		return nil, fmt.Errorf("%w: %w", errTruncated, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrResponse, err)
	}
	return body, nil
}
