"""Does what is truly wrong once more, while Parapet guards the account."""

import botocore.exceptions

import make

if __name__ == "__main__":
    try:
        make.plant("late")
    except botocore.exceptions.ClientError as error:
        # The last of it is a bucket policy for everyone: what is public may be blocked again already.
        if error.operation_name != "PutBucketPolicy" or "BlockPublicPolicy" not in str(error):
            raise
