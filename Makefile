# What people do. Go is all that they need.
.PHONY: demo test short lint check release-check

demo: ## the dashboard on a simulated account
	go run . --demo

test: ## all tests
	go test ./...

short: ## every package, long tables cut
	go test -short ./...

lint: ## formatting and linters
	go tool -modfile=tools/go.mod golangci-lint run ./...

check: ## what runs before a change lands, on a fresh clone too
	.ci/run

release-check: ## a whole release, built twice, without publishing it
	.ci/release-check
