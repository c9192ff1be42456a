package import Configuration
package import HTTPServer
internal import POSIX

extension ServerLimits {
    package init(_ http: ServiceConfiguration.HTTP) {
        self.init(
            http: http.limits, connectionsMax: http.connectionsMax,
            headTimeout: http.headTimeout.nanoseconds,
            bodyTimeout: http.bodyTimeout.nanoseconds, idleTimeout: http.idleTimeout.nanoseconds,
            writeTimeout: http.writeTimeout.nanoseconds)
    }
}
