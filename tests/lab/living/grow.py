"""What teams and tools add to the living account while Parapet guards it: another team, another bootstrap stack of CDK, another deployment by GitHub, buckets
that AWS's services deliver to. All of it is as what is there, under new names. A bucket for CloudFront's standard logs is let in by its access control list
only after it was made: until then nothing tells that object ownership has to stay."""

import make
import tables

NAMES = {tables.QUALIFIER: "late", "billing": "returns", "acme-elb": "acme-late-elb", "acme-alb": "acme-late-alb",
         "acme-redshift": "acme-late-redshift", "acme-snowpipe": "acme-late-snowpipe", "acme-config": "acme-late-config",
         "acme-flow": "acme-late-flow", "acme-website": "acme-late-website", "acme-cdn-logs": "acme-late-cdn-logs", "acme-partner": "acme-late-partner",
         "stacksets-exec-899a": "stacksets-exec-999a", "0123456789abcdef\"": "3123456789abcdef\"",
         "posture-vendor": "late-vendor", "snowflake-storage": "late-snowflake", "\"flow-logs\"": "\"late-flow-logs\"",
         "AWSReservedSSO_AWSPowerUserAccess_1": "AWSReservedSSO_AWSPowerUserAccess_4"}


def new(rows):
    return {name: row for name, row in make.renamed(rows, NAMES).items() if name not in rows}


def main():
    for name, document in new(tables.POLICIES).items():
        make.iam.create_policy(PolicyName=name, PolicyDocument=make.json.dumps(document))
    for name, row in new(tables.ROLES).items():
        make.role(name, row)
    for name, row in new(tables.USERS).items():
        make.user(name, row)
    buckets = new(tables.BUCKETS)
    for name, row in buckets.items():
        make.bucket(name, row)
    for name, row in buckets.items():
        make.beside_others(name, row)
    for name, row in new(tables.REPOSITORIES).items():
        make.repository(name, row)


if __name__ == "__main__":
    main()
