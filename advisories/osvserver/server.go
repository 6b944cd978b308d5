package osvserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvapi"
)

// Store is what a server answers from. It is safe for concurrent use.
type Store interface {
	advisories.Source
	// Record gives a record's JSON as it was stored, withdrawn or not. The
	// error wraps advisories.ErrNotFound where there is none of that id.
	Record(ctx context.Context, id string) (json.RawMessage, error)
}

// Options say how a server works. The zero value of each field is usable.
type Options struct {
	// PageSize is how many records a page of one query's answer holds at most.
	// Zero or less: 1,000, as api.osv.dev has it.
	PageSize int
	// MaxBody is how many bytes a request's body may have. Zero or less: 16 MiB.
	MaxBody int64
	// Logger is told of failures of the store. Nil: silence.
	Logger *slog.Logger
}

const (
	defaultPageSize = 1000
	defaultMaxBody  = 16 << 20
	maxID           = 512 // bytes
)

type server struct {
	store    Store
	pageSize int
	maxBody  int64
	log      *slog.Logger
}

// New makes a handler that answers from the store, which must not be nil. It is
// safe for concurrent use. Its paths start at the root: put http.StripPrefix
// before it to serve it elsewhere.
func New(store Store, o Options) http.Handler {
	s := &server{store: store, pageSize: o.PageSize, maxBody: o.MaxBody, log: o.Logger}
	if s.pageSize <= 0 {
		s.pageSize = defaultPageSize
	}
	if s.maxBody <= 0 {
		s.maxBody = defaultMaxBody
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := s.answer(w, r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	write(w, http.StatusOK, body)
}

// answer gives the body of the answer.
func (s *server) answer(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	id, isRecord := strings.CutPrefix(r.URL.Path, osvapi.VulnsPath)
	switch {
	case r.URL.Path == osvapi.QueryPath:
		body, err := s.posted(w, r)
		if err != nil {
			return nil, err
		}
		return s.query(r.Context(), body)
	case r.URL.Path == osvapi.BatchPath:
		body, err := s.posted(w, r)
		if err != nil {
			return nil, err
		}
		return s.batch(r.Context(), body)
	case isRecord && r.Method != http.MethodGet && r.Method != http.MethodHead:
		return nil, wrongMethod("GET, HEAD")
	case isRecord:
		return s.record(r.Context(), id)
	}
	return nil, &failure{status: http.StatusNotFound, code: codeNotFound, message: "no such path"}
}

// posted reads the body of a POST.
func (s *server) posted(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, wrongMethod("POST")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &failure{
			status:  http.StatusRequestEntityTooLarge,
			code:    codeExhausted,
			message: fmt.Sprintf("the request has more than %d bytes", tooLarge.Limit),
		}
	case err != nil:
		return nil, badRequest("the request cannot be read")
	}
	return body, nil
}

// record gives one record, byte for byte as it is stored.
func (s *server) record(ctx context.Context, id string) ([]byte, error) {
	if id == "" || len(id) > maxID {
		return nil, badRequest("not an id")
	}
	raw, err := s.store.Record(ctx, id)
	if errors.Is(err, advisories.ErrNotFound) {
		return nil, &failure{status: http.StatusNotFound, code: codeNotFound, message: "no such record"}
	}
	return raw, err
}

// The codes of google.rpc.Code that errors carry.
const (
	codeInvalid       = 3
	codeDeadline      = 4
	codeNotFound      = 5
	codeExhausted     = 8
	codeUnimplemented = 12
	codeInternal      = 13
)

// failure is an answer that is not 200, in the words the client may read.
type failure struct {
	status, code int
	message      string
	allow        string // the methods a path has
}

func (f *failure) Error() string { return f.message }

func badRequest(message string) *failure {
	return &failure{status: http.StatusBadRequest, code: codeInvalid, message: message}
}

func wrongMethod(allow string) *failure {
	return &failure{
		status:  http.StatusMethodNotAllowed,
		code:    codeUnimplemented,
		message: "this path answers " + allow,
		allow:   allow,
	}
}

// internal hides from the client what went wrong in the store: it may name
// files of the server.
func internal(message string) *failure {
	return &failure{status: http.StatusInternalServerError, code: codeInternal, message: message}
}

// fail answers with an error.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *failure
	switch {
	case errors.As(err, &f):
	case r.Context().Err() != nil:
		f = &failure{status: http.StatusGatewayTimeout, code: codeDeadline, message: "the request ended before its answer"}
	default:
		s.log.LogAttrs(r.Context(), slog.LevelError, "osvserver: the store failed", slog.Any("error", err))
		f = internal("the store failed")
	}
	if f.allow != "" {
		w.Header().Set("Allow", f.allow)
	}
	// A struct of a number and a text can always be encoded.
	body, _ := json.Marshal(osvapi.Error{Code: f.code, Message: f.message})
	write(w, f.status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone: nobody is left to tell
}
