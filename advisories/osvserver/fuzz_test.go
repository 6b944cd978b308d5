package osvserver_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

// Whatever is asked, the answer is JSON, and one that is not 200 says why.
func FuzzServer(f *testing.F) {
	f.Add("POST", "/v1/query", `{"package":{"name":"curl","ecosystem":"Debian:12"},"version":"1"}`)
	f.Add("POST", "/v1/query", `{"package":{"purl":"pkg:npm/%40scope/name@1?a=b#c"}}`)
	f.Add("POST", "/v1/query", `{"package":{"name":"curl","ecosystem":"Debian:12"},"page_token":"YWJj"}`)
	f.Add("POST", "/v1/querybatch", `{"queries":[{"package":{"name":"curl","ecosystem":"Debian:12"}},null]}`)
	f.Add("POST", "/v1/querybatch", `{"queries":`+strings.Repeat("[", 1000))
	f.Add("GET", "/v1/vulns/A-1", "")
	f.Add("HEAD", "/v1/vulns/%00", "")
	h := osvserver.New(store(), osvserver.Options{PageSize: 1})
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Method, r.URL.Path = method, path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var answer struct {
			Code    int
			Message string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("status %d: %v in %q", w.Code, err, w.Body)
		}
		if w.Code != 200 && (answer.Code == 0 || answer.Message == "") {
			t.Errorf("status %d says only %q", w.Code, w.Body)
		}
		if w.Code >= 500 {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}
