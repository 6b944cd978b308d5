package osvdev

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

const (
	// connectTimeout covers name resolution and connecting: a machine without
	// network is to notice soon.
	connectTimeout = 3 * time.Second
	// headerTimeout is longer than the 35 s after which OSV gives up a batch.
	headerTimeout = 50 * time.Second
	// attemptTimeout covers one request from start to the end of its answer.
	attemptTimeout = time.Minute

	maxRedirects   = 5
	maxHeaderBytes = 1 << 20
)

var errRedirect = errors.New("redirect refused")

// httpClient is the given client, or one of our own, with our redirect rule.
func httpClient(given *http.Client, concurrency int) *http.Client {
	if given == nil {
		return &http.Client{
			Transport:     transport(concurrency),
			Timeout:       attemptTimeout,
			CheckRedirect: checkRedirect,
		}
	}
	client := *given
	theirs := given.CheckRedirect
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if err := checkRedirect(req, via); err != nil || theirs == nil {
			return err
		}
		return theirs(req, via)
	}
	return &client
}

func transport(concurrency int) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: connectTimeout}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  headerTimeout,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    concurrency,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// checkRedirect follows few redirects, none that would send a question in the
// clear that was asked over https, and none that turns a POST into a GET, whose
// answer would be to another question.
func checkRedirect(req *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("%w: more than %d in a row", errRedirect, maxRedirects)
	case last.URL.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("%w: it leads from https to %s", errRedirect, req.URL.Scheme)
	case req.Method != last.Method:
		return fmt.Errorf("%w: it changes the method to %s", errRedirect, req.Method)
	}
	return nil
}
