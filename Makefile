# Shortcuts; .ci/run is what decides.
.PHONY: test race lint bench ci

test:
	go test ./...

race:
	go test -race ./...

lint:
	go vet ./...
	cd .ci && go build -o "$$(go env GOPATH)/bin/staticcheck" honnef.co/go/tools/cmd/staticcheck
	"$$(go env GOPATH)/bin/staticcheck" ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...

ci:
	.ci/run
