package osvdev_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
)

// Whatever a server answers, each query has an answer, and one without an error
// holds records in order, each once.
func FuzzAnswers(f *testing.F) {
	const record = `{"id":"A-1","modified":"2024-05-01T00:00:00Z"}`
	f.Add(200, `{"results":[{"vulns":[{"id":"A-1","modified":"2024-05-01T00:00:00Z"}]},{}]}`, record)
	f.Add(200, `{"results":[{"next_page_token":"t"},{}]}`, record)
	f.Add(200, `{"results":[{"vulns":[{"id":"A-1"},{"id":"A-1"}]},{"vulns":[{"id":"A-1"}]}]}`, `{"id":"A-2"}`)
	f.Add(400, `{"code":3,"message":"error in query at index 1: invalid ecosystem"}`, record)
	f.Add(400, `{"code":3,"message":"error in query at index 2: x"}`, "")
	f.Add(500, `error in query at index 0`, "{")
	f.Add(200, `{"results":[null,null]}`, "null")
	f.Add(200, `[`, record)
	f.Fuzz(func(t *testing.T, status int, batch, record string) {
		if status < 200 || status > 599 || status/100 == 3 {
			status = 200
		}
		c := newClient(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return osvtest.Respond(status, strings.NewReader(batch)), nil
			}
			return osvtest.Respond(200, strings.NewReader(record)), nil
		}, osvdev.Options{MaxAttempts: 1})
		answers := lookup(t, c, debian("curl", "1"), advisories.Query{Ecosystem: "PyPI", Name: "a"}, debian("curl", "1"))
		for i, a := range answers {
			got := ids(a)
			if a.Err == nil && (!slices.IsSorted(got) || len(slices.Compact(got)) != len(a.Advisories)) {
				t.Errorf("answer %d: %q is not in order, each once", i, got)
			}
			if a.Err == nil && slices.Contains(got, "") {
				t.Errorf("answer %d holds a record without id", i)
			}
		}
		if status != 200 && answers[0].Err == nil {
			t.Errorf("status %d became an answer", status)
		}
	})
}
