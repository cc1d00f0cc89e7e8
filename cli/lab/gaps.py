"""Calls and behaviour that ministack 1.5.33 lacks and the lab needs, each as small as AWS's documentation allows."""
import gaps_authorisation
import gaps_cloudtrail
import gaps_functions
import gaps_iam
import gaps_kms
import gaps_s3
import gaps_s3_control


def install():
    for service in (gaps_authorisation, gaps_cloudtrail, gaps_functions, gaps_iam, gaps_kms, gaps_s3, gaps_s3_control):
        service.install()
