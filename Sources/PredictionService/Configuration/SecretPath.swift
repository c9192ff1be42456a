/// The configured path of a secret's file.
package enum SecretPath {
    /// Whether a path where there is no file looks like the secret, which must not be shown then:
    /// a URL, or as many bytes as a secret has, without a file's ending and not from the root or
    /// this directory on. Base64 has slashes too.
    package static func isSecretItself(_ path: String) -> Bool {
        path.contains("://")
            || path.utf8.count >= ConfigurationLimits.secretBytesMin
                && !path.utf8.contains(UInt8(ascii: ".")) && path.utf8.first != UInt8(ascii: "/")
    }
}
