"""Does what is truly wrong once more, while Parapet guards the account."""

import make

if __name__ == "__main__":
    make.plant("late")
