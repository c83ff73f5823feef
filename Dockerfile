# Two things are built apart from what runs: the package as npm would publish it, and its dependencies as they are locked.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
# Types are checked by CI, not by every image.
RUN npm run pack:stage -- --checked
RUN mkdir /package && tar -xzf .stage/countersign-*.tgz -C /package --strip-components=1 && chmod 755 /package/bin/countersign.js

FROM node:24-slim AS dependencies
WORKDIR /dependencies
COPY package.json package-lock.json ./
# Others install what passkeys and e-mail need beside the package; the image brings it along, as it is locked.
RUN npm pkg delete "devDependencies.@simplewebauthn/server" devDependencies.nodemailer peerDependenciesMeta
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
# In production mode what is missing is said at the start: a secret, and a carrier or the sandbox by name.
ENV NODE_ENV=production \
    COUNTERSIGN_ENV=production \
    COUNTERSIGN_DATA=/data \
    HOST=0.0.0.0 \
    PORT=3000
WORKDIR /app
COPY --from=dependencies /dependencies/node_modules ./node_modules
COPY --from=build /package ./
RUN ln -s /app/bin/countersign.js /usr/local/bin/countersign && mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
# Alive, not ready: while a database is away there is nothing to gain from a restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/countersign.js"]
CMD ["serve"]
