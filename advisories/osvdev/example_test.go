package osvdev_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/keeppatched/keeppatched/advisories"
	"github.com/keeppatched/keeppatched/advisories/internal/osvtest"
	"github.com/keeppatched/keeppatched/advisories/osvdev"
	"github.com/keeppatched/keeppatched/advisories/osvserver"
)

func Example() {
	// A server of one's own stands in for api.osv.dev.
	server := httptest.NewServer(osvserver.New(osvtest.NewStore(
		osvtest.Record("DSA-1", "2024-05-01T00:00:00Z", "Debian:12", "curl", "7.88.1-10"),
	), osvserver.Options{}))
	defer server.Close()

	client, err := osvdev.New(osvdev.Options{BaseURL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()
	queries := []advisories.Query{
		{Ecosystem: "Debian:12", Name: "curl", Version: "7.88.1-10"},
		{Ecosystem: "Debian:12", Name: "curl", Version: "7.88.1-10+deb12u1"},
		{Ecosystem: "Debian:99", Name: "curl", Version: "9"},
	}
	answers, err := client.Lookup(context.Background(), queries)
	if err != nil {
		fmt.Println("not assessed:", err) // ErrUnreachable, say
		return
	}
	for i, a := range answers {
		fmt.Print(queries[i].Ecosystem, " ", queries[i].Version, ":")
		switch {
		case errors.Is(a.Err, advisories.ErrNotCovered):
			fmt.Print(" not covered")
		case a.Err != nil:
			fmt.Print(" unknown: ", a.Err)
		}
		for _, advisory := range a.Advisories {
			fmt.Print(" ", advisory.ID)
		}
		fmt.Println()
	}
	// Output:
	// Debian:12 7.88.1-10: DSA-1
	// Debian:12 7.88.1-10+deb12u1:
	// Debian:99 9: not covered
}
