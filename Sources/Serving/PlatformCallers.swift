internal import Bytes
package import Configuration
internal import JWT

/// Who calls the routes of platforms.
package struct PlatformCallers: Sendable {
    /// Of the subject whose requests they are; nil where callers have tokens.
    private let token: VerifiedToken?
    /// The field that has the token; nil: Authorization.
    private let tokenField: [UInt8]?

    /// - Parameter configuration: nil: nobody, as on a listener without these routes.
    package init(_ configuration: ServiceConfiguration.Platform?) {
        token = configuration?.subject.map {
            VerifiedToken(
                subject: Array($0.utf8), tokenID: nil, expiresAt: .infinity, issuedAt: nil)
        }
        tokenField = configuration?.tokenField.map { Array($0.utf8) }
    }

    /// In the place of a request's own, where the platform has authenticated the caller; nil where
    /// the request needs one.
    func token(for route: Route?) -> VerifiedToken? {
        guard token != nil, route?.isOfPlatform == true else { return nil }
        return token
    }

    /// The field that has the token of a request; nil: Authorization.
    func tokenField(for route: Route?) -> [UInt8]? {
        guard tokenField != nil, route?.isOfPlatform == true else { return nil }
        return tokenField
    }
}

extension Route {
    fileprivate var isOfPlatform: Bool {
        !families.isEmpty && families.allSatisfy(RouteFamily.platforms.contains)
    }
}

extension ServiceConfiguration.Platform {
    /// The paths that the platform has chosen.
    package var aliases: [RouteTable.Alias] {
        [
            predictRoute.map { RouteTable.Alias($0, of: "/vertex/predict") },
            healthRoute.map { RouteTable.Alias($0, of: "/ping") },
        ].compactMap { $0 }
    }
}
