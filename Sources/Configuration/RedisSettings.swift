internal import Redis

extension ConfigurationSettings {
    /// The Redis of `redis.url`, with what other keys say of the way to it.
    func redisEndpoint() throws(ConfigurationError) -> RedisEndpoint {
        guard case .redis(var endpoint) = value(.redisURL) else { throw .noStore }
        let tls = try redisTLS()
        if endpoint.tls != nil {
            endpoint.tls = tls
        } else if let key = [.redisTLSCA, .redisTLSCertificate].first(where: isSet) {
            throw .setAlone(at: place(key), key: key.name, partner: "redis.url = rediss://…")
        }
        if case .secret(let password) = value(.redisSentinelPassword) {
            guard endpoint.primaryName != nil else {
                throw .setAlone(
                    at: place(.redisSentinelPassword),
                    key: ConfigurationKey.redisSentinelPassword.name,
                    partner: "redis.url = redis+sentinel://…")
            }
            endpoint.sentinelPassword = password.bytes
            endpoint.sentinelUser = optionalText(.redisSentinelUser)
        } else if isSet(.redisSentinelUser) {
            throw .setAlone(
                at: place(.redisSentinelUser), key: ConfigurationKey.redisSentinelUser.name,
                partner: ConfigurationKey.redisSentinelPassword.name)
        }
        return endpoint
    }

    func redisTLS() throws(ConfigurationError) -> RedisTLS {
        let pair: [ConfigurationKey] = [.redisTLSCertificate, .redisTLSKey]
        if let given = pair.first(where: isSet), let other = pair.first(where: { !isSet($0) }) {
            throw .setAlone(at: place(given), key: given.name, partner: other.name)
        }
        return RedisTLS(
            authoritiesPath: optionalText(.redisTLSCA),
            certificatePath: optionalText(.redisTLSCertificate),
            keyPath: optionalText(.redisTLSKey))
    }

    private func isSet(_ key: ConfigurationKey) -> Bool { value(key) != nil }
}
