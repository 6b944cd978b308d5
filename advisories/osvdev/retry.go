package osvdev

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstPause = 500 * time.Millisecond
	maxPause   = 10 * time.Second
	// maxRetryAfter caps what Retry-After may ask for.
	maxRetryAfter = 30 * time.Second
	// connectGrace is how long after its start a request may still be tried
	// again when it could not connect. With connectTimeout it keeps a Lookup
	// without network below five seconds.
	connectGrace = 1500 * time.Millisecond
)

func pauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier = firstPause, maxPause, 2
	return b
}

// verdict tells backoff.Retry what to make of an attempt's error: to give up,
// to wait as long as the server says, or (the error as it is) to wait as long
// as the back-off says.
func verdict(err error, elapsed time.Duration) error {
	if err == nil {
		return nil
	}
	if !temporary(err) || errors.Is(err, ErrUnreachable) && elapsed > connectGrace {
		return backoff.Permanent(err)
	}
	var status *StatusError
	if errors.As(err, &status) && status.retryAfter > 0 {
		// A little jitter, so that those sent away together do not come back
		// together.
		jitter := rand.N(time.Second)
		return &backoff.RetryAfterError{Duration: status.retryAfter + jitter}
	}
	return err
}

// temporary says whether the request that failed with err may fare better when
// made again.
func temporary(err error) bool {
	var (
		status      *StatusError
		certificate *tls.CertificateVerificationError
		notTLS      tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &status):
		return status.temporary()
	case errors.Is(err, errTruncated):
		return true
	case errors.Is(err, ErrResponse), errors.Is(err, errRedirect),
		errors.As(err, &certificate), errors.As(err, &notTLS):
		return false
	}
	return true // the network: resets, time-outs
}

// notConnected says whether a transport's error means that no connection was
// made: a name that does not resolve, a refused or unanswered connect, and the
// same of a proxy.
func notConnected(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// retryAfter reads a Retry-After header (RFC 9110, 10.2.3): seconds, or a date.
// Zero: there is none, it is not understood, or it has passed. More than
// maxRetryAfter is cut down to it.
func retryAfter(value string, now time.Time) time.Duration {
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(0, date.Sub(now)), maxRetryAfter)
}
