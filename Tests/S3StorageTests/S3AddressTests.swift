// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ArtifactStores
import Foundation
import TestSupport
import Testing

@testable import S3Storage

/// Where requests go, and with whose credentials.
@Suite struct S3AddressTests {
    @Test(
        arguments: [
            (nil, "ml", S3ObjectStore.Addressing.automatic, "https://ml.s3.eu-west-1.amazonaws.com/a/b%2Bc"),
            (nil, "m.l", .automatic, "https://s3.eu-west-1.amazonaws.com/m.l/a/b%2Bc"),
            (nil, "ml1", .path, "https://s3.eu-west-1.amazonaws.com/ml1/a/b%2Bc"),
            ("http://host:9000", "ml1", .automatic, "http://host:9000/ml1/a/b%2Bc"),
            ("http://host:9000/", "ml1", .virtualHost, "http://ml1.host:9000/a/b%2Bc"),
            ("https://host:443/s3/", "ml1", .path, "https://host/s3/ml1/a/b%2Bc"),
            ("http://host:80", "ml1", .path, "http://host/ml1/a/b%2Bc"),
            (
                "https://s3.us-west-2.amazonaws.com", "ml1", .automatic,
                "https://ml1.s3.us-west-2.amazonaws.com/a/b%2Bc"
            ),
        ] as [(String?, String, S3ObjectStore.Addressing, String)])
    func findsTheURL(
        _ endpoint: String?, _ bucket: String, _ addressing: S3ObjectStore.Addressing, _ expected: String
    ) throws {
        let name = bucket.count == 2 ? bucket + "x" : bucket
        let address = try S3Endpoint(
            bucket: name, endpoint: endpoint.flatMap { URL(string: $0) }, region: "eu-west-1",
            addressing: addressing)
        let url = try address.url(key: "a/b+c", parameters: []).absoluteString
        #expect(url == expected.replacingOccurrences(of: "ml.s3", with: "mlx.s3"))
    }

    @Test func sortsAndEncodesParameters() throws {
        let address = try S3Endpoint(
            bucket: "bucket", endpoint: URL(string: "http://h"), region: "r", addressing: .path)
        let url = try address.url(
            key: nil, parameters: [("prefix", "a/b c"), ("list-type", "2"), ("uploads", nil)])
        #expect(url.absoluteString == "http://h/bucket/?list-type=2&prefix=a%2Fb%20c&uploads=")
    }

    @Test(arguments: [
        "", "ab", "Capital", "a_b/c", "-abc", ".abc", "a..b", "a b c", String(repeating: "a", count: 64),
    ])
    func refusesBuckets(_ bucket: String) {
        let error = #expect(throws: StoreError.self) { try S3ObjectStore(bucket: bucket) }
        #expect(error?.code == .invalidArgument)
    }

    @Test(arguments: [
        "host:9000", "ftp://host", "http://user:secret@host", "http://host?x=1", "http://", "http://h#f",
    ])
    func refusesEndpoints(_ endpoint: String) throws {
        let url = try #require(URL(string: endpoint))
        let error = #expect(throws: StoreError.self) { try S3ObjectStore(bucket: "bucket", endpoint: url) }
        #expect(error?.code == .invalidArgument)
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }

    @Test func takesCredentialsFromTheEnvironment() throws {
        let found = try S3CredentialSource.find(in: [
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "",
        ])
        #expect(found == S3Credentials(accessKeyID: "id", secretAccessKey: "secret"))
        let temporary = try S3CredentialSource.find(in: [
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
        ])
        #expect(temporary.sessionToken == "token")
    }

    @Test func takesCredentialsFromAProfile() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "credentials")
            try Data(
                """
                # comment
                [default]
                aws_access_key_id = one
                aws_secret_access_key=two=2

                [ other ]
                aws_access_key_id = wrong
                [other]
                AWS_ACCESS_KEY_ID = three
                aws_secret_access_key = four
                aws_session_token = five
                """.utf8
            ).write(to: file)
            let variables = ["AWS_SHARED_CREDENTIALS_FILE": file.path, "AWS_ACCESS_KEY_ID": "alone"]
            #expect(
                try S3CredentialSource.find(in: variables)
                    == S3Credentials(accessKeyID: "one", secretAccessKey: "two=2"))
            #expect(
                try S3CredentialSource.find(in: variables.merging(["AWS_PROFILE": "other"]) { $1 })
                    == S3Credentials(accessKeyID: "three", secretAccessKey: "four", sessionToken: "five"))
            let error = #expect(throws: StoreError.self) {
                try S3CredentialSource.find(in: variables.merging(["AWS_PROFILE": "none"]) { $1 })
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.contains("AWS_ACCESS_KEY_ID") == true)
        }
    }
}
