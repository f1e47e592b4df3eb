# The page, then the binary with the page in it, then nothing but the binary.

FROM node:20-slim AS page
WORKDIR /src
COPY sdk/zim sdk/zim
RUN cd sdk/zim && npm ci --ignore-scripts --no-audit --no-fund && npm run build
COPY web web
RUN cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build

FROM golang:1.26 AS binary
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=page /src/web/dist web/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /out/dragoman ./cmd/dragoman \
 && mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp

FROM scratch
COPY --from=binary /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=binary --chown=65532:65532 /out/data /data
COPY --from=binary /out/tmp /tmp
COPY --from=binary /out/dragoman /dragoman
USER 65532:65532
ENV DRAGOMAN_DATA=/data \
    DRAGOMAN_LISTEN__HTTP=:8080 \
    DRAGOMAN_LISTEN__XMPP=:5222 \
    DRAGOMAN_LISTEN__XMPP_TLS=:5223 \
    DRAGOMAN_LISTEN__ADMIN=127.0.0.1:8081
VOLUME /data
EXPOSE 8080 5222 5223
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["/dragoman", "health"]
ENTRYPOINT ["/dragoman"]
CMD ["serve"]
