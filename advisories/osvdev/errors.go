package osvdev

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

// ErrUnreachable says that the server could not be connected to: no network,
// no such host, nobody listening.
var ErrUnreachable = errors.New("cannot be reached")

// ErrResponse says that the server answered what cannot be used: not JSON, not
// what was asked for, or beyond a limit.
var ErrResponse = errors.New("unusable answer")

// errTruncated is an ErrResponse that may be whole at the next try.
var errTruncated = fmt.Errorf("%w: cut short", ErrResponse)

const (
	maxErrorBody = 64 << 10 // bytes read of an error's body
	maxMessage   = 200      // characters kept of its message
)

// StatusError is an HTTP status other than 200.
type StatusError struct {
	// Code is the HTTP status code.
	Code int
	// URL is what was asked, without user, password and query.
	URL string
	// Message is what the server said, printable and short. It may be empty.
	Message string

	retryAfter time.Duration // what the server asked for; zero: nothing
}

// Error tells URL, code and message.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("osvdev: %s: status %d %s", e.URL, e.Code, http.StatusText(e.Code))
	text = strings.TrimSpace(text)
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// temporary says whether the same request may fare better later. A failure
// that the server blames on one query of a batch will not.
func (e *StatusError) temporary() bool {
	switch e.Code {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		_, blames := osvapi.BadIndex(e.Message)
		return !blames
	}
	return false
}

func newStatusError(shownURL string, resp *http.Response) *StatusError {
	// What can be read of the body is enough: the status has said it already.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	return &StatusError{
		Code:       resp.StatusCode,
		URL:        shownURL,
		Message:    message(body),
		retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
}

// message is the message of an error's body, or the start of a body of another
// form (a proxy's page, say).
func message(body []byte) string {
	var e osvapi.Error
	if json.Unmarshal(body, &e) == nil && e.Message != "" {
		return printable(e.Message)
	}
	return printable(string(body))
}

// printable makes a server's text fit for a log line or a terminal.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + "..."
	}
	return text
}
