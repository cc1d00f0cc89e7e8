"""Calls and behaviour that ministack 1.5.33 lacks and the lab needs, each as small as AWS's documentation allows."""
import gaps_authorisation
import gaps_cloudtrail
import gaps_event_data_stores
import gaps_functions
import gaps_iam
import gaps_kms
import gaps_lake_policies
import gaps_organization
import gaps_quotas
import gaps_s3
import gaps_s3_control
import gaps_stacks


def install():
    # The quotas before what looks at documents, which is asked first then.
    for gaps in (gaps_quotas, gaps_authorisation, gaps_cloudtrail, gaps_event_data_stores, gaps_functions, gaps_iam,
                 gaps_kms, gaps_lake_policies, gaps_organization, gaps_s3, gaps_s3_control, gaps_stacks):
        gaps.install()
