package osvserver_test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

func Example() {
	store := osvtest.NewStore( // in a program: an osvdb.DB
		osvtest.Record("DSA-1", "2024-05-01T00:00:00Z", "Debian:12", "curl", "7.88.1-10"))
	server := httptest.NewServer(osvserver.New(store, osvserver.Options{}))
	defer server.Close()

	resp, err := server.Client().Post(server.URL+"/v1/querybatch", "application/json", strings.NewReader(
		`{"queries":[{"package":{"ecosystem":"Debian:12","name":"curl"},"version":"7.88.1-10"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(string(body), err)
	// Output: {"results":[{"vulns":[{"id":"DSA-1","modified":"2024-05-01T00:00:00Z"}]}]} <nil>
}
