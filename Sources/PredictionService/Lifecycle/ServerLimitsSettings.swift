package import Configuration
internal import HTTP
package import HTTPServer
internal import POSIX

extension ServerLimits {
    package init(_ http: ServiceConfiguration.HTTP) {
        self.init(
            http: HTTPLimits(
                requestLineBytesMax: http.requestLineBytesMax, headBytesMax: http.headBytesMax,
                headFieldsMax: http.headFieldsMax,
                authorizationBytesMax: http.authorizationBytesMax,
                bodyBytesMax: http.bodyBytesMax,
                chunkExtensionLineBytesMax: http.chunkExtensionLineBytesMax,
                chunkExtensionBytesMax: http.chunkExtensionBytesMax,
                trailerBytesMax: http.trailerBytesMax),
            connectionsMax: http.connectionsMax, headTimeout: http.headTimeout.nanoseconds,
            bodyTimeout: http.bodyTimeout.nanoseconds, idleTimeout: http.idleTimeout.nanoseconds,
            writeTimeout: http.writeTimeout.nanoseconds)
    }
}
